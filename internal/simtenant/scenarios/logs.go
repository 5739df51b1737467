package scenarios

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"evict/internal/simtenant"
)

// logs puts the records into the tenant's logs, in the order in which they come
// to show them.
func (b *builder) logs(records []Record) {
	for i := range records {
		r := &records[i]
		out := simtenant.Record{ID: r.ID, Time: r.Time, Available: r.Time.Add(delay(r)), Body: r.JSON, Operation: r.Op, RecordType: r.Type, ByHand: string(r.Hand)}
		switch r.Log {
		case Audit:
			out.Kind = simtenant.AuditRecord
			b.nameAudit(&out)
		case SignIns, TokenSignIns:
			out.Kind = simtenant.SignInRecord
			b.named(&out, r.User)
		case DirectoryAudits:
			out.Kind = simtenant.DirectoryRecord
			b.named(&out, r.User)
		case Trace:
			out.Kind = simtenant.TraceRecord
			var t struct{ SenderAddress, RecipientAddress string }
			if err := json.Unmarshal(r.JSON, &t); err != nil {
				panic(err) // unreachable: our own writing
			}
			out.Names = []string{t.SenderAddress, t.RecipientAddress}
		}
		b.w.Log = append(b.w.Log, out)
	}
	slices.SortStableFunc(b.w.Log, func(x, y simtenant.Record) int {
		return cmp.Or(x.Available.Compare(y.Available), cmp.Compare(x.ID, y.ID))
	})
}

// named says whose act it was.
func (b *builder) named(r *simtenant.Record, upn string) {
	r.Names = append(r.Names, upn)
	if u := b.users[strings.ToLower(upn)]; u != nil {
		r.User = u.ID
		r.Names = append(r.Names, u.ID, u.PUID)
	}
}

// nameAudit names everybody in an audit record.
func (b *builder) nameAudit(r *simtenant.Record) {
	var a struct {
		UserID, UserKey, ObjectID, Workload, MailboxOwnerUPN, MailboxGUID string
		Target                                                            []struct{ ID string }
	}
	if err := json.Unmarshal(r.Body, &a); err != nil {
		panic(err) // unreachable: our own writing
	}
	r.Workload = a.Workload
	b.named(r, a.UserID)
	for _, s := range []string{a.UserKey, a.ObjectID, a.MailboxOwnerUPN, a.MailboxGUID} {
		if s != "" && !slices.Contains(r.Names, s) {
			r.Names = append(r.Names, s)
		}
	}
	for _, t := range a.Target {
		if !slices.Contains(r.Names, t.ID) {
			r.Names = append(r.Names, t.ID)
		}
	}
}

// delay is how long after the act a log begins to show it. Microsoft promises
// none of them: sign-ins and directory audits typically take 2 to 15 minutes,
// the audit log 15 to 75 minutes and at times hours, the trace some minutes.
func delay(r *Record) time.Duration {
	draw := func(from, to int) time.Duration {
		return time.Duration(from*60+drawn((to-from)*60, "delay", r.ID)) * time.Second
	}
	switch {
	case r.Log == Trace:
		return draw(1, 10)
	case r.Log != Audit:
		return draw(2, 15)
	case drawn(50, "late", r.ID) == 0:
		return draw(75, 360)
	}
	return draw(15, 75)
}
