package records

import (
	"strings"
	"testing"

	"evict"
)

// TestNothingOfTheLastRecord: a record is judged by what it holds itself. The
// properties of a change of sign-in methods, kept in the decoder's scratch,
// once made the service's own work after it look like a change of rights; how
// much depended on which worker got which record.
func TestNothingOfTheLastRecord(t *testing.T) {
	change := `{"CreationTime":"2026-10-13T11:51:00","Id":"a1","Operation":"Update user.","OrganizationId":"t","RecordType":8,"UserKey":"k","UserType":0,"Version":1,"Workload":"AzureActiveDirectory","UserId":"dana@contoso.example","ObjectId":"dana@contoso.example","ModifiedProperties":[{"Name":"StrongAuthenticationPhoneAppDetail","OldValue":"[]","NewValue":"[{}]"}]}`
	service := `{"CreationTime":"2026-10-13T12:00:00","Id":"a2","Operation":"Set-Mailbox","OrganizationId":"t","RecordType":1,"UserKey":"NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)","UserType":3,"Version":1,"Workload":"Exchange","UserId":"NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)","ObjectId":"x","Parameters":[{"Name":"RecoverableItemsQuota","Value":"30 GB"}]}`
	src, err := Open(strings.NewReader(change + "\n" + service + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	d, flags := src.Decoder(), map[string]evict.Flags{}
	for b, err := src.Next(); err == nil; b, err = src.Next() {
		d.Decode(b, 0, func(e *evict.Event) { flags[e.Op] = e.Flags })
	}
	if len(flags) != 2 || flags["Set-Mailbox"]&evict.ServiceNoise == 0 {
		t.Errorf("flags %v, want Set-Mailbox to be noise", flags)
	}
}
