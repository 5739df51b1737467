package scenarios

import (
	"bufio"
	"encoding/json"
	"strconv"
	"strings"

	"evict/internal/simtenant"
)

// A traced message is one recipient of one message.
type traced struct {
	ID, MessageID, ReceivedDateTime, SenderAddress, RecipientAddress, Subject, Status, FromIP, ToIP string
	Size                                                                                            int64
}

func readTrace(r *simtenant.Record) (t traced) {
	if err := json.Unmarshal(r.Body, &t); err != nil {
		panic(err) // unreachable: our own writing
	}
	return t
}

// ours says whether an address is one of this tenant.
func (x *exporter) ours(address string) bool {
	_, domain, _ := strings.Cut(strings.ToLower(address), "@")
	if domain == x.w.Domain || domain == x.w.Initial {
		return true
	}
	for _, d := range x.w.Federated {
		if domain == d {
			return true
		}
	}
	return false
}

func (x *exporter) direction(m traced) string {
	switch {
	case x.ours(m.SenderAddress) && x.ours(m.RecipientAddress):
		return "Intra-org"
	case x.ours(m.SenderAddress):
		return "Outbound"
	}
	return "Inbound"
}

// objectID is the account that has an address, "" for none.
func (x *exporter) objectID(address string) string {
	for _, u := range x.w.Users {
		if strings.EqualFold(u.UPN, address) {
			return u.ID
		}
	}
	return ""
}

// traceTable writes the trace as a CSV.
func (x *exporter) traceTable(name string, all bool, header string, row func(t table, r *simtenant.Record, m traced)) error {
	v := x.log(simtenant.TraceRecord)
	return x.write(name, x.ofLog("message trace", v), func(out *bufio.Writer) error {
		t := table{out, all}
		t.header(header)
		for i := range v.Records {
			row(t, &v.Records[i], readTrace(&v.Records[i]))
		}
		return nil
	})
}

// traceRows is Get-MessageTraceV2 | Export-Csv.
func (x *exporter) traceRows(name string) error {
	return x.traceTable(name, true, "MessageId,MessageTraceId,Organization,Received,SenderAddress,RecipientAddress,Subject,Status,ToIP,FromIP,Size", func(t table, r *simtenant.Record, m traced) {
		t.row(m.MessageID, m.ID, x.w.Initial, r.Time.UTC().Format(usTime), m.SenderAddress, m.RecipientAddress, m.Subject, "Delivered", m.ToIP, m.FromIP, strconv.FormatInt(m.Size, 10))
	})
}

// exportTrace is Get-MessageTraceV2 on its own.
func exportTrace(x *exporter) error { return x.traceRows("MessageTraceV2.csv") }

// exportTraceSummary is the download of a list in the Exchange admin center,
// which has no ID and no address.
func exportTraceSummary(x *exporter) error {
	return x.traceTable("MessageTraceSummary.csv", false, "Date (UTC),Sender,Recipient,Subject,Status", func(t table, r *simtenant.Record, m traced) {
		t.row(r.Time.UTC().Format("01/02/2006 3:04:05 PM"), m.SenderAddress, m.RecipientAddress, m.Subject, "Delivered")
	})
}

// exportTraceDetail is the enhanced report of the Exchange admin center: two
// rows or more for each message, in UTF-16 without a mark.
func exportTraceDetail(x *exporter) error {
	v := x.log(simtenant.TraceRecord)
	s := x.ofLog("message trace", v)
	s.Rows *= 2
	return x.write("MTDetail.csv", s, func(out *bufio.Writer) error {
		var text strings.Builder
		narrow := bufio.NewWriter(&text)
		t := table{narrow, false}
		t.header("date_time_utc,client_ip,client_hostname,server_ip,server_hostname,source_context,connector_id,source,event_id,internal_message_id,message_id,network_message_id,recipient_address,recipient_status,total_bytes,recipient_count,related_recipient_address,reference,message_subject,sender_address,return_path,message_info,directionality,tenant_id,original_client_ip,original_server_ip,custom_data")
		for i := range v.Records {
			m := readTrace(&v.Records[i])
			direction, last := "Incoming", []string{"STOREDRIVER", "DELIVER"}
			if x.ours(m.SenderAddress) {
				direction = "Originating"
			}
			if !x.ours(m.RecipientAddress) {
				last = []string{"SMTP", "SENDEXTERNAL"}
			}
			for n, step := range [][]string{{"SMTP", "RECEIVE"}, last} {
				at := v.Records[i].Time.UTC().Format("2006-01-02T15:04:05") + "." + strconv.Itoa(100+n) + "Z"
				t.row(at, "", "", "", "", "", "", step[0], step[1], strconv.Itoa(i+1), m.MessageID, m.ID, m.RecipientAddress, "", strconv.FormatInt(m.Size, 10), "1", "", "", m.Subject, m.SenderAddress, m.SenderAddress, "", direction, x.w.ID, m.FromIP, "", "")
			}
		}
		if err := narrow.Flush(); err != nil {
			return err
		}
		wide(out, text.String(), false)
		return nil
	})
}
