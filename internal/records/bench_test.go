package records

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"evict"
)

// genRecord writes one audit record of about 1.3 KB, of the mix that a tenant has.
func genRecord(n int) string {
	user := fmt.Sprintf("user%d@contoso.example", n%200)
	id := fmt.Sprintf("%08x-1111-4222-8333-%012x", n, n*7919)
	at := fmt.Sprintf("2026-10-%02dT%02d:%02d:%02d", n%28+1, n/28%24, n/7%60, n%60)
	head := `{"CreationTime":"` + at + `","Id":"` + id + `","Operation":"%s","OrganizationId":"3b6e0000-0000-4000-8000-000000000001","RecordType":%d,"ResultStatus":"%s","UserKey":"1003200126677019","UserType":0,"Version":1,"Workload":"%s",`
	switch n % 4 {
	case 0:
		var params []string
		for i := range 9 {
			params = append(params, fmt.Sprintf(`{"Name":"ProhibitSendQuota%d","Value":"%d GB (106,300,440,576 bytes)"}`, i, i))
		}
		return fmt.Sprintf(head, "Set-Mailbox", 1, "True", "Exchange") + `"ClientIP":"198.51.100.7:51422","ObjectId":"EURPR04A009.PROD.OUTLOOK.COM\/Microsoft Exchange Hosted Organizations\/contoso.example\/` + user + `","UserId":"` + user + `","AppId":"","ClientAppId":"","ExternalAccess":false,"OrganizationName":"contoso.example","OriginatingServer":"DB6PR04MB3206 (15.20.4129.032)\r\n","Parameters":[` + strings.Join(params, ",") + `],"SessionId":"637a72b7-3f4e-445b-bb2e-4605eb2a141b"}`
	case 1:
		return fmt.Sprintf(head, "UserLoggedIn", 15, "Success", "AzureActiveDirectory") + `"ClientIP":"203.0.113.9","ObjectId":"00000002-0000-0ff1-ce00-000000000000","UserId":"` + user + `","AzureActiveDirectoryEventType":1,"ExtendedProperties":[{"Name":"ResultStatusDetail","Value":"Success"},{"Name":"UserAgent","Value":"Mozilla\/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit\/537.36 (KHTML, like Gecko) Chrome\/131.0.0.0 Safari\/537.36 Edg\/131.0.0.0"},{"Name":"UserAuthenticationMethod","Value":"1"},{"Name":"RequestType","Value":"Login:login"}],"ModifiedProperties":[],"Actor":[{"ID":"9d8001cb-a159-4252-a3a1-c2dc689f322a","Type":0},{"ID":"` + user + `","Type":5}],"ActorContextId":"3b6e0000-0000-4000-8000-000000000001","ActorIpAddress":"203.0.113.9","InterSystemsId":"44602fe1-d4eb-482a-80e9-f73ba145f6e0","IntraSystemId":"` + id + `","SupportTicketId":"","Target":[{"ID":"00000002-0000-0ff1-ce00-000000000000","Type":0}],"TargetContextId":"3b6e0000-0000-4000-8000-000000000001","ApplicationId":"d3590ed6-52b3-4102-aeff-aad2292ab01c","DeviceProperties":[{"Name":"OS","Value":"Windows 10"},{"Name":"BrowserType","Value":"Edge"},{"Name":"SessionId","Value":"72316b99-c6db-4374-a368-dec8671155fc"}],"ErrorNumber":"0"}`
	case 2:
		return fmt.Sprintf(head, "MailItemsAccessed", 50, "Succeeded", "Exchange") + `"UserId":"` + user + `","AppId":"00000002-0000-0ff1-ce00-000000000000","ClientIPAddress":"2001:db8::13","ClientInfoString":"Client=OWA;Action=ViaProxy","ExternalAccess":false,"InternalLogonType":0,"LogonType":0,"LogonUserSid":"S-1-5-21-1376570662-3565232716-1187618197-25622886","MailboxGuid":"2c1cb101-3be8-4591-a5d2-e24244ea4df5","MailboxOwnerSid":"S-1-5-21-1376570662-3565232716-1187618197-25622886","MailboxOwnerUPN":"` + user + `","OperationProperties":[{"Name":"MailAccessType","Value":"Bind"},{"Name":"IsThrottled","Value":"False"}],"OrganizationName":"contoso.example","OriginatingServer":"VI1PR04MB5056 (15.20.4129.032)\r\n","SessionId":"22af9fa5-8cde-4e78-a41e-e34758490cf3","Folders":[{"FolderItems":[{"InternetMessageId":"<25442945-faf1-40ba-bb28-2c81fc826b12@fabrikam.example>"},{"InternetMessageId":"<a83d422758be477d889054f6e8a052c3@fabrikam.example>"}],"Id":"LgAAAADBwCLOTkcSTpPvPqAu44P4AQBY8xpM8MPnRJFI1LZ3pAMJAAAAAAEMAAAB","Path":"\\Inbox"}],"OperationCount":2}`
	}
	return fmt.Sprintf(head, "Update user.", 8, "Success", "AzureActiveDirectory") + `"ClientIP":"","ObjectId":"` + user + `","UserId":"admin@contoso.example","AzureActiveDirectoryEventType":1,"ExtendedProperties":[{"Name":"additionalDetails","Value":"{\"UserType\":\"Member\"}"},{"Name":"extendedAuditEventCategory","Value":"User"}],"ModifiedProperties":[{"Name":"DisplayName","NewValue":"[\r\n  \"Dana Example\"\r\n]","OldValue":"[\r\n  \"Dana\"\r\n]"},{"Name":"Included Updated Properties","NewValue":"DisplayName","OldValue":""},{"Name":"TargetId.UserType","NewValue":"Member","OldValue":""}],"Actor":[{"ID":"admin@contoso.example","Type":5},{"ID":"1003200126677019","Type":3},{"ID":"User_40123ae1-dfb1-4224-95c6-edd2500c27f7","Type":2},{"ID":"40123ae1-dfb1-4224-95c6-edd2500c27f7","Type":2},{"ID":"User","Type":2}],"ActorContextId":"3b6e0000-0000-4000-8000-000000000001","InterSystemsId":"44602fe1-d4eb-482a-80e9-f73ba145f6e0","IntraSystemId":"` + id + `","SupportTicketId":"","Target":[{"ID":"User_9d8001cb-a159-4252-a3a1-c2dc689f322a","Type":2},{"ID":"9d8001cb-a159-4252-a3a1-c2dc689f322a","Type":2},{"ID":"User","Type":2},{"ID":"` + user + `","Type":5}],"TargetContextId":"3b6e0000-0000-4000-8000-000000000001"}`
}

func genNDJSON(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		b.WriteString(genRecord(i))
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func genCSV(n int) []byte {
	var b bytes.Buffer
	b.WriteString("RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames\r\n")
	for i := range n {
		r := genRecord(i)
		get := func(key string) string {
			_, rest, _ := strings.Cut(r, `"`+key+`":`)
			rest = strings.TrimPrefix(rest, `"`)
			return rest[:strings.IndexAny(rest, `",`)]
		}
		fmt.Fprintf(&b, `%s,"%s.0000000Z ",%s,"%s",%s,"%s",,`+"\r\n", get("Id"), get("CreationTime"), get("RecordType"), get("Operation"), get("UserId"), strings.ReplaceAll(r, `"`, `""`))
	}
	return b.Bytes()
}

func genArray(n int) []byte {
	b := bytes.TrimRight(genNDJSON(n), "\n")
	return slicesConcat([]byte("["), bytes.ReplaceAll(b, []byte("}\n"), []byte("},\n")), []byte("]"))
}

func slicesConcat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

const benchRecords = 20000

func benchmark(b *testing.B, data []byte) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		s, err := Open(bytes.NewReader(data))
		if err != nil {
			b.Fatal(err)
		}
		d := s.Decoder()
		for {
			batch, err := s.Next()
			if err == io.EOF {
				break
			}
			n += d.Decode(batch, 0, func(*evict.Event) {}).Records
		}
		if n != benchRecords {
			b.Fatal(n, "records")
		}
	}
	b.ReportMetric(benchRecords*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkDecodeNDJSON(b *testing.B) { benchmark(b, genNDJSON(benchRecords)) }
func BenchmarkDecodeCSV(b *testing.B)    { benchmark(b, genCSV(benchRecords)) }
func BenchmarkDecodeArray(b *testing.B)  { benchmark(b, genArray(benchRecords)) }
