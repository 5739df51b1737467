package simtenant

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Limits of message trace (EXO: Get-MessageTraceV2; the Graph call is presumed
// to have the same window).
const (
	traceKept   = 90 * day
	traceWindow = 10 * day
	traceUsual  = 48 * time.Hour
	traceRows   = 1000
	traceMost   = 5000
)

var (
	traceKind = &kind{
		name: "exchangeMessageTrace", page: traceRows, top: traceMost,
		props: "id senderAddress recipientAddress messageId receivedDateTime subject size status fromIP toIP",
	}
	traceDetailKind = &kind{name: "exchangeMessageTraceDetail", props: "id messageId dateTime event action description data"}
)

var traceLog = &graphLog{
	kind: traceKind, record: TraceRecord, time: "receivedDateTime", kept: func(*World) time.Duration { return traceKept },
	may: mayTrace, check: checkTrace,
}

func traceTable() []row {
	const may = "ExchangeMessageTrace.Read.All"
	return []row{
		{"GET", "/admin/exchange/tracing/messageTraces", "v1.0 beta", "$select $filter $orderby $top", "", may, may, listLog(traceLog)},
		{"GET", "/admin/exchange/tracing/messageTraces/{id}/getDetailsByRecipient(recipientAddress='{recipient}')", "v1.0 beta", "$select $filter $top", "", may, may, collection(traceDetailKind, traceDetails)},
	}
}

func mayTrace(c *call) error { return c.onlyWorldwide("tracing") }

// checkTrace holds a filter to the window; one without any gets the last two days.
func checkTrace(c *call, h *logHints) error {
	if h.to.IsZero() {
		h.to = c.now
	}
	if h.from.IsZero() {
		h.from = h.to.Add(-traceUsual)
	}
	if h.to.Sub(h.from) > traceWindow {
		return badGraph("BadRequest", "The time range must not be longer than 10 days.")
	}
	if c.now.Sub(h.from) > traceKept+time.Minute {
		return badGraph("BadRequest", "The start of the time range must be within the last 90 days.")
	}
	return nil
}

// A traceRow is as much of a trace record as is filtered by.
type traceRow struct {
	ID, SenderAddress, RecipientAddress, MessageID, Subject, Status, FromIP, ToIP string
	Size                                                                          int64
}

func traceOf(r *logged) (t traceRow) {
	_ = json.Unmarshal(r.Body, &t) // a record that can't be read has no addresses
	return t
}

// A traceStep is one event on a message's way.
type traceStep struct{ event, action, detail string }

// steps of a message after its status; the words are Microsoft's for the usual cases.
func (t traceRow) steps() []traceStep {
	out := []traceStep{{"Receive", "", "Message received by: XX1PR01MB0001.EURPR01.PROD.OUTLOOK.COM"}}
	switch strings.ToLower(t.Status) {
	case "delivered":
		return append(out, traceStep{"Deliver", "", "The message was successfully delivered."})
	case "failed":
		return append(out, traceStep{"Fail", "", "Reason: [{LED=550 5.7.1 Access denied}]"})
	case "quarantined":
		return append(out, traceStep{"Spam", "Quarantine", "The message was quarantined."})
	}
	return out
}

// traced is the record of one message and recipient.
func (w *World) traced(id, recipient string, now time.Time) (*logged, traceRow) {
	for _, r := range w.logged().window(TraceRecord, now.Add(-traceKept), now.Add(time.Second), now) {
		if !r.contains(strings.ToLower(id)) {
			continue
		}
		if t := traceOf(r); strings.EqualFold(t.ID, id) && strings.EqualFold(t.RecipientAddress, recipient) {
			return r, t
		}
	}
	return nil, traceRow{}
}

func traceDetails(c *call) ([]Object, error) {
	if err := mayTrace(c); err != nil {
		return nil, err
	}
	r, t := c.world.traced(c.args["id"], c.args["recipient"], c.now)
	if r == nil {
		return nil, &graphError{404, "NotFound", "The message trace wasn't found."}
	}
	var out []Object
	for i, s := range t.steps() {
		out = append(out, Object{"id": fmt.Sprint(t.ID, "-", i), "messageId": t.MessageID, "dateTime": r.Time.Format(time.RFC3339), "event": s.event, "action": s.action, "description": s.detail, "data": "<root><MEP Name=\"Size\" Integer=\"" + fmt.Sprint(t.Size) + "\"/></root>"})
	}
	return out, nil
}

// getMessageTrace is Get-MessageTraceV2: the newest first, without pages. Who
// wants more asks again from the last row's time and recipient.
func getMessageTrace(c *command) ([]Object, error) {
	size := traceRows
	if n, ok := c.params["ResultSize"].(int64); ok {
		if n < 1 || n > traceMost {
			return nil, invalid("The value of ResultSize must be between 1 and %d.", traceMost)
		}
		size = int(n)
	}
	from, to, err := c.traceDates()
	if err != nil {
		return nil, err
	}
	if err := c.oneOf("SubjectFilterType", "Contains", "EndsWith", "StartsWith"); err != nil {
		return nil, err
	}
	type found struct {
		r *logged
		t traceRow
	}
	var rows []found
	for _, r := range slices.Backward(c.world.logged().window(TraceRecord, from, to.Add(time.Second), c.now)) {
		if len(rows) > size && r.Time.Before(rows[len(rows)-1].r.Time) {
			break // what is older isn't handed out any more
		}
		if r.Time.After(to) {
			continue
		}
		if t := traceOf(r); c.wantsTrace(r, t, to) {
			rows = append(rows, found{r, t})
		}
	}
	slices.SortStableFunc(rows, func(a, b found) int {
		return cmp.Or(b.r.Time.Compare(a.r.Time), cmp.Compare(strings.ToLower(a.t.RecipientAddress), strings.ToLower(b.t.RecipientAddress)), cmp.Compare(a.r.ID, b.r.ID))
	})
	if len(rows) > size {
		rows = rows[:size]
		last := rows[size-1]
		c.warn(`There are more results, use the following command to get more. Get-MessageTraceV2 -StartDate "%s" -EndDate "%s" -StartingRecipientAddress "%s" -ResultSize %d`, from.Format(time.RFC3339), last.r.Time.Format(time.RFC3339), last.t.RecipientAddress, size)
	}
	var out []Object
	for _, x := range rows {
		t := x.t
		out = append(out, Object{
			"MessageId": t.MessageID, "MessageTraceId": t.ID, "Organization": c.world.Initial, "Received": x.r.Time, "SenderAddress": t.SenderAddress, "RecipientAddress": t.RecipientAddress,
			"Subject": t.Subject, "Status": upperFirst(t.Status), "FromIP": t.FromIP, "ToIP": t.ToIP, "Size": t.Size,
		})
	}
	return out, nil
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// traceDates are the cmdlet's window.
func (c *command) traceDates() (from, to time.Time, err error) {
	to = c.now
	if c.has("EndDate") {
		to = c.date("EndDate")
	}
	from = to.Add(-traceUsual)
	if c.has("StartDate") {
		from = c.date("StartDate")
	}
	switch {
	case !from.Before(to) && !from.Equal(to):
		err = invalid("StartDate must be before EndDate.")
	case to.Sub(from) > traceWindow:
		err = invalid("The time range between StartDate and EndDate can't be longer than 10 days.")
	case c.now.Sub(from) > traceKept+time.Minute:
		err = invalid("Invalid StartDate value. The StartDate can't be older than 90 days from today.")
	}
	return from, to, err
}

func (c *command) wantsTrace(r *logged, t traceRow, to time.Time) bool {
	any := func(name, have string) bool {
		list := c.list(name)
		return !c.has(name) || slices.ContainsFunc(list, func(s string) bool { return like(strings.ToLower(have), strings.ToLower(s)) })
	}
	same := func(name, have string) bool { return !c.has(name) || strings.EqualFold(c.text(name), have) }
	if start := c.text("StartingRecipientAddress"); start != "" && r.Time.Equal(to.Truncate(time.Second)) && strings.ToLower(t.RecipientAddress) <= strings.ToLower(start) {
		return false // was on the page before
	}
	return any("SenderAddress", t.SenderAddress) && any("RecipientAddress", t.RecipientAddress) && any("MessageId", t.MessageID) && any("Status", t.Status) &&
		same("MessageTraceId", t.ID) && same("FromIP", t.FromIP) && same("ToIP", t.ToIP) && c.wantsSubject(t.Subject)
}

func (c *command) wantsSubject(subject string) bool {
	want, have := strings.ToLower(c.text("Subject")), strings.ToLower(subject)
	switch c.text("SubjectFilterType") {
	case "EndsWith":
		return strings.HasSuffix(have, want)
	case "StartsWith":
		return strings.HasPrefix(have, want)
	}
	return strings.Contains(have, want)
}

// getMessageTraceDetail is Get-MessageTraceDetailV2.
func getMessageTraceDetail(c *command) ([]Object, error) {
	r, t := c.world.traced(c.text("MessageTraceId"), c.text("RecipientAddress"), c.now)
	if r == nil {
		return nil, nil
	}
	var out []Object
	for _, s := range t.steps() {
		out = append(out, Object{"MessageId": t.MessageID, "MessageTraceId": t.ID, "Date": r.Time, "Event": s.event, "Action": s.action, "Detail": s.detail, "Data": ""})
	}
	return out, nil
}
