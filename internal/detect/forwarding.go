package detect

import (
	"strings"

	"evict"
)

// forwardingSet returns the addresses to which a cmdlet or a dump sets a
// mailbox's forwarding; set is false when the event names no forwarding. A
// forwarding that is taken away gives none.
func forwardingSet(e *evict.Event, d *evict.Settings) (to []string, set bool) {
	if e.Kind != evict.MailboxState && !opIs(e.Op, "set-mailbox", "new-mailbox", "enable-mailbox", "set-remotemailbox") {
		return nil, false
	}
	for _, name := range []string{"ForwardingSmtpAddress", "ForwardingAddress"} {
		s, ok := d.Get(name)
		if !ok {
			continue
		}
		set = true
		if s = strings.TrimSpace(s); s != "" && !strings.EqualFold(s, "$null") && !strings.EqualFold(s, "null") && !strings.EqualFold(s, "none") {
			to = append(to, s)
		}
	}
	return to, set
}
