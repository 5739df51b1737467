package collect

import (
	"encoding/json"
	"slices"
	"strings"
)

// auditSwitches reads whether the tenant records at all. The compliance endpoint always says no, so Exchange is asked.
func (r *run) auditSwitches() []*ask {
	return []*ask{
		present("audit-switches/tenant", nil, "log", cmdlet("exchange:Get-AdminAuditLogConfig", nil, nil)),
		present("audit-switches/tenant", nil, "organization", cmdlet("exchange:Get-OrganizationConfig", nil, nil)),
	}
}

// An off is a switch whose value means that records are missing.
type off struct{ cmdlet, property, value, why string }

var offs = []off{
	{"Get-AdminAuditLogConfig", "UnifiedAuditLogIngestionEnabled", "false", "the unified audit log is switched off"},
	{"Get-OrganizationConfig", "AuditDisabled", "true", "mailbox audit is switched off for the whole organisation"},
	{"Get-Mailbox", "AuditEnabled", "false", "the mailbox's audit is switched off"},
	{"Get-MailboxAuditBypassAssociation", "AuditBypassEnabled", "true", "the account's acts bypass the audit"},
}

// switches turns the state of audit sources into switched-off where a switch says so: what came is there, and what is missing was never written.
func (r *run) switches(list []Coverage) {
	accounts := map[string]map[string]bool{} // "" is the tenant
	r.mu.Lock()
	items := make([]Evidence, 0, len(r.items))
	for _, it := range r.items {
		items = append(items, it)
	}
	r.mu.Unlock()
	for _, it := range items {
		i := slices.IndexFunc(offs, func(o off) bool { return it.Operation == "exchange:"+o.cmdlet })
		if i < 0 {
			continue
		}
		body, err := r.in.Case.Read(it)
		if err != nil {
			continue
		}
		rows, _ := rowsOf(body)
		for _, row := range rows {
			var whys []string
			if offs[i].in(row) {
				whys = append(whys, offs[i].why)
			}
			if offs[i].cmdlet == "Get-Mailbox" {
				whys = append(whys, cutSets(row)...)
			}
			for _, why := range whys {
				if accounts[it.Account] == nil {
					accounts[it.Account] = map[string]bool{}
				}
				accounts[it.Account][why] = true
			}
		}
	}
	for i := range list {
		c := &list[i]
		if !strings.HasPrefix(c.Source, "audit/") || c.State != Complete && c.State != Empty && c.State != Incomplete {
			continue
		}
		whys := sortedKeys(accounts[""])
		if c.Account != "" {
			whys = append(whys, sortedKeys(accounts[c.Account])...)
		}
		if len(whys) == 0 {
			continue
		}
		if c.Why != "" {
			whys = append(whys, c.Why)
		}
		c.State, c.Why = SwitchedOff, strings.Join(whys, "; ")
	}
}

// in says whether a row has the switch at the value that means off.
func (o off) in(row json.RawMessage) bool {
	var top map[string]any
	if json.Unmarshal(row, &top) != nil {
		return false
	}
	switch v := top[o.property].(type) {
	case bool:
		return v == (o.value == "true")
	case string:
		return strings.EqualFold(v, o.value)
	}
	return false
}

// auditSets are acts of the owner and of delegates that Microsoft records by default under every licence. MailItemsAccessed and Send depend on it.
var auditSets = []struct {
	property, part string
	acts           []string
}{
	{"AuditOwner", "Owner", []string{"UpdateInboxRules", "HardDelete", "SoftDelete", "MoveToDeletedItems"}},
	{"AuditDelegate", "Delegate", []string{"UpdateInboxRules", "SendAs", "SendOnBehalf", "HardDelete", "SoftDelete", "MoveToDeletedItems"}},
}

// cutSets says which acts a mailbox does not record because somebody chose a set of its own instead of Microsoft's.
func cutSets(row json.RawMessage) []string {
	defaults, ok := texts(row, "DefaultAuditSet")
	if !ok {
		return nil
	}
	var out []string
	for _, set := range auditSets {
		have, known := texts(row, set.property)
		if !known || slices.Contains(defaults, set.part) {
			continue
		}
		var missing []string
		for _, act := range set.acts {
			if !slices.Contains(have, act) {
				missing = append(missing, act)
			}
		}
		if len(missing) > 0 {
			out = append(out, "the mailbox's audit set is cut down: "+set.property+" lacks "+strings.Join(missing, ", "))
		}
	}
	return out
}

// texts is a member that holds several texts: a list, or one text that commas or semicolons part.
func texts(row json.RawMessage, name string) ([]string, bool) {
	var top map[string]json.RawMessage
	if json.Unmarshal(row, &top) != nil || len(top[name]) == 0 {
		return nil, false
	}
	var list []string
	if json.Unmarshal(top[name], &list) == nil {
		return list, true
	}
	var one string
	if json.Unmarshal(top[name], &one) != nil {
		return nil, false
	}
	list = strings.FieldsFunc(one, func(c rune) bool { return c == ',' || c == ';' || c == ' ' || c == '{' || c == '}' })
	return list, true
}
