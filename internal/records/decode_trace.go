package records

import (
	"strings"

	"evict"
)

// The names of a trace's columns: Get-MessageTrace and Graph (found without
// regard to case), the historical reports, Exchange's summary report.
var (
	traceTime      = []string{"Received", "receivedDateTime", "date_time_utc", "origin_timestamp_utc", "Date (UTC)", "Date", "Message received"}
	traceSender    = []string{"SenderAddress", "sender_address", "Sender address", "Sender", "return_path"}
	traceRecipient = []string{"RecipientAddress", "recipient_address", "Recipient address", "Recipient"}
	traceStatus    = []string{"Status", "recipient_status", "delivery_status", "Delivery status"}
	smtpSender     = []string{"Sender address", "SenderAddress", "Sender"}
)

// decodeTrace reads one row of Get-MessageTrace (V2), Graph messageTraces,
// Exchange's summary report and the historical reports. One row tells of one
// recipient, except the extended report's, which names all.
func (d *Decoder) decodeTrace(v value, e *evict.Event) bool {
	e.Kind, e.Op = evict.MessageTrace, "Message trace"
	e.Time = d.time(pick(v, traceTime...))
	t := &evict.Trace{
		Message: evict.Message{
			ID:      pick(v, "MessageId", "message_id", "Message ID", "InternetMessageId"),
			Subject: pick(v, "Subject", "message_subject"),
		},
		Sender:    address(pick(v, traceSender...)),
		Recipient: address(pick(v, traceRecipient...)),
		Status:    pick(v, traceStatus...),
		Direction: pick(v, "directionality", "Direction"),
		Event:     pick(v, "event_id", "Event"),
		FromIP:    pick(v, "FromIP", "original_client_ip", "client_ip", "From IP"),
		Connector: pick(v, "connector_id", "Connector"),
	}
	t.Message.Size, _ = pickInt(v, "Size", "total_bytes", "Message size")
	e.Detail = t
	for _, name := range []string{"MessageTraceId", "network_message_id", "ToIP", "source", "Organization", "message_info", "custom_data", "original_server_ip", "related_recipient_address", "Action", "Detail", "Data"} {
		if s := pick(v, name); s != "" {
			t.Extra = append(t.Extra, evict.Field{Name: name, Value: s})
		}
	}
	e.Origin.Addr = parseAddress(t.FromIP)
	recipients := t.Recipient
	if all := pick(v, "recipient_status"); t.Recipient == "" && all != "" {
		// a@x##Receive, Deliver;b@y##Receive, Fail
		var names []string
		for _, part := range strings.Split(all, ";") {
			name, _, _ := strings.Cut(part, "##")
			if name = address(name); name != "" {
				names = append(names, name)
			}
		}
		recipients = strings.Join(names, ";")
		if len(names) == 1 {
			t.Recipient = names[0]
		}
	}
	d.mailParties(e, t.Sender, recipients)
	return t.Sender != "" || recipients != ""
}

// mailParties makes the sender and recipients subjects. The sender is neither
// the actor nor a mailbox of ours: a trace shows whose address a message bears,
// not who sent it.
func (d *Decoder) mailParties(e *evict.Event, sender, recipients string) {
	if p := personOf(sender); p.Kind != evict.NoPrincipal {
		e.Subjects = append(e.Subjects, evict.Subject{Part: evict.Recipient, Who: p, Label: "sender"})
	}
	for _, r := range strings.Split(recipients, ";") {
		if p := personOf(r); p.Kind != evict.NoPrincipal {
			e.Subjects = append(e.Subjects, evict.Subject{Part: evict.Recipient, Who: p})
		}
	}
}

// address is a mail address without blanks and angle brackets, case kept.
func address(s string) string { return strings.Trim(strings.TrimSpace(s), "<>") }

// decodeSMTPClient reads a row of Exchange's SMTP AUTH clients report: which
// account submitted with a password over SMTP. Column names are from memory
// of the report and matched loosely.
func (d *Decoder) decodeSMTPClient(v value, e *evict.Event) bool {
	e.Kind, e.Op = evict.MessageTrace, "SMTP AUTH client"
	e.Flags |= evict.Observed
	e.Time = d.time(pick(v, "Date", "Date (UTC)", "Start Date"))
	t := &evict.Trace{Sender: address(pick(v, smtpSender...)), Event: "SMTP AUTH", Extra: flat(v, nil)}
	e.Detail = t
	d.mailParties(e, t.Sender, "")
	return t.Sender != ""
}
