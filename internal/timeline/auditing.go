package timeline

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"evict"
)

// An auditing gathers what shows that the tenant's audit was off: no account
// is clear on a log that was not written.
type auditing struct {
	mu   sync.Mutex
	gaps map[string]bool
}

func (a *auditing) note(e *evict.Event) {
	s := auditOff(e, tenantAudit)
	if s == "" {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.gaps == nil {
		a.gaps = map[string]bool{}
	}
	a.gaps[s] = true
}

func (a *auditing) list() []string { return slices.Sorted(maps.Keys(a.gaps)) }

// An auditSwitch is one parameter of a cmdlet's noun that switches audit off by that value.
type auditSwitch struct{ noun, param, off, what string }

var (
	tenantAudit = []auditSwitch{
		{"AdminAuditLogConfig", "UnifiedAuditLogIngestionEnabled", "false", "the unified audit log switched off"},
		{"OrganizationConfig", "AuditDisabled", "true", "mailbox audit switched off for the whole organisation"},
	}
	mailboxAudit = []auditSwitch{
		{"Mailbox", "AuditEnabled", "false", "the mailbox's audit switched off"},
		{"MailboxAuditBypassAssociation", "AuditBypassEnabled", "true", "a bypass that exempts the account's own acts from audit"},
	}
)

// auditOff says that the event, a change or a dump, sets one of the switches to off, or "".
func auditOff(e *evict.Event, switches []auditSwitch) string {
	s, ok := e.Detail.(*evict.Settings)
	if !ok || e.Outcome == evict.Failure {
		return ""
	}
	_, noun, _ := strings.Cut(e.Op, "-")
	for _, x := range switches {
		if !strings.EqualFold(noun, x.noun) {
			continue
		}
		if v, ok := s.Get(x.param); !ok || !strings.EqualFold(strings.TrimPrefix(v, "$"), x.off) {
			continue
		}
		if e.Flags&evict.Observed != 0 {
			return x.what + ", as it stands now"
		}
		return x.what + " on " + e.Time.String()
	}
	return ""
}
