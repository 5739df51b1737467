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
	tenant, accounts := map[string]bool{}, map[string]map[string]bool{}
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
			if !offs[i].in(row) {
				continue
			}
			if it.Account == "" {
				tenant[offs[i].why] = true
				continue
			}
			if accounts[it.Account] == nil {
				accounts[it.Account] = map[string]bool{}
			}
			accounts[it.Account][offs[i].why] = true
		}
	}
	for i := range list {
		c := &list[i]
		if !strings.HasPrefix(c.Source, "audit/") || c.State != Complete && c.State != Empty && c.State != Incomplete {
			continue
		}
		whys := append(sortedKeys(tenant), sortedKeys(accounts[c.Account])...)
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
