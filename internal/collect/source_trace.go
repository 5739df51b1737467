package collect

import (
	"time"

	"evict/internal/m365"
)

// A query of the trace spans ten days at most, and hands out 5,000 rows.
const (
	traceSpan = 10 * 24 * time.Hour
	traceRows = 5000
)

// messageTraces reads what left and reached an account by the transport's own count, over Graph or by the cmdlet. One row is one recipient.
func (r *run) messageTraces(a *Account) []*ask {
	var out []*ask
	for _, part := range []struct{ source, property, parameter string }{
		{"message-trace/sent", "senderAddress", "SenderAddress"},
		{"message-trace/received", "recipientAddress", "RecipientAddress"},
	} {
		for _, address := range a.addresses() {
			x := r.log(part.source, a, address, keptTrace)
			x.most = traceSpan
			x.ways = []way{
				{
					name: "list-message-traces", ops: []string{"list-message-traces"},
					call: func(s *span, look int) m365.Call {
						filter := part.property + " eq " + literal(address) + " and receivedDateTime ge " + stamp(s.From) + " and receivedDateTime le " + stamp(s.To)
						return m365.Call{Op: "list-message-traces", Query: options("$filter", filter, "$top", top(traceRows, look)), Lane: m365.Logs}
					},
					parse: func(resp *m365.Response) (*page, error) { return pageOf(resp, false) },
				},
				{
					name: "exchange:Get-MessageTraceV2", ops: []string{"exchange:Get-MessageTraceV2"},
					call: func(s *span, _ int) m365.Call {
						return m365.Call{Op: "exchange:Get-MessageTraceV2", Lane: m365.Logs,
							Params: map[string]any{part.parameter: []string{address}, "StartDate": stamp(s.From), "EndDate": stamp(s.To), "ResultSize": traceRows}}
					},
					parse: func(resp *m365.Response) (*page, error) { return pageOf(resp, false) },
					cap:   traceRows, // it can't go on from there: narrower windows instead
				},
			}
			out = append(out, x)
		}
	}
	return out
}
