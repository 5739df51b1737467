package timeline

import (
	"testing"
	"time"

	"evict"
)

// A change that Entra and the audit log both record is made by one hand: the
// record without an address stands where the other does, and only there.
func TestTwinsStandTogether(t *testing.T) {
	change := func(op string, at evict.Time) *evict.Event {
		e := act(at, upn("dana@contoso.example"))
		e.Kind, e.Op = evict.DirectoryAudit, op
		return e
	}
	h := &history{}
	h.tell(change("Update user", day(1)), spot{own: 3})
	h.tell(change("Add device", day(1)), spot{own: 4})
	h.tell(change("Update user", day(2)), spot{own: -1}) // no address there either
	h.tell(change("Update user", day(3)), spot{own: 5})
	h.tell(change("Update user", day(3).Add(time.Second)), spot{own: 6})
	for _, c := range []struct {
		op   string
		at   evict.Time
		want int32
	}{
		{"Update user.", day(1), 3},
		{"Update user.", day(1).Add(2 * time.Second), 3},
		{"Update user.", day(1).Add(3 * time.Second), -1},
		{"Add device.", day(1), 4},
		{"Delete device.", day(1), -1},
		{"Update user.", day(2), -1},
		{"Update user.", day(3), -1}, // of two hands within a second: neither
	} {
		if got := h.twin(change(c.op, c.at)); got != c.want {
			t.Errorf("%s at %s stands in strand %d, want %d", c.op, c.at, got, c.want)
		}
	}
	mail := change("Update user.", day(1))
	mail.Kind = evict.MailboxAudit
	if got := h.twin(mail); got != -1 {
		t.Errorf("a mailbox act has the twin %d", got)
	}
}
