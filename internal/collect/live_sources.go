package collect

import (
	"strings"

	"evict/internal/m365"
)

// A sourceInfo says what a source is for the rest of the product.
type sourceInfo struct {
	use  string // the name in m365.Sources: permissions and service plans
	kind string // the kind of evidence, in the words of coverage statements; "" for what only the response and the report use
	each bool   // asked of each account
}

// sources by the name in the manifest and in the coverage.
var sources = map[string]sourceInfo{
	"accounts":                   {"accounts", "user-state", false},
	"accounts/look-alikes":       {"accounts", "", false},
	"domains":                    {"accounts", "", false},
	"licences":                   {"licences", "", true},
	"sign-ins/interactive":       {"sign-ins", "sign-ins", true},
	"sign-ins/non-interactive":   {"sign-ins", "token-sign-ins", true},
	"sign-ins/service-principal": {"sign-ins", "app-sign-ins", false},
	"sign-ins/managed-identity":  {"sign-ins", "app-sign-ins", false},
	"directory-audits/actor":     {"directory-audits", "directory-audit", true},
	"directory-audits/target":    {"directory-audits", "directory-audit", true},
	"directory-audits/deletions": {"directory-audits", "directory-audit", false},
	"risk/user":                  {"risk", "risk", true},
	"risk/history":               {"risk", "risk", true},
	"risk/detections":            {"risk", "risk", true},
	"audit/actor":                {"audit", "unified audit log", true},
	"audit/target":               {"audit", "unified audit log", true},
	"audit/owner":                {"audit", "unified audit log", true},
	"audit/dangerous":            {"audit", "unified audit log", false},
	"audit-switches":             {"audit switches", "mailbox-state", false},
	"message-trace/sent":         {"message-trace", "message-trace", true},
	"message-trace/received":     {"message-trace", "message-trace", true},
	"inbox-rules":                {"inbox-rules", "rule-state", true},
	"inbox-rules/graph":          {"inbox-rules", "rule-state", true},
	"sweep-rules":                {"inbox-rules", "rule-state", true},
	"mailbox":                    {"mailbox", "mailbox-state", true},
	"mailbox-settings":           {"mailbox", "mailbox-state", true},
	"protocols":                  {"mailbox", "protocol-state", true},
	"junk":                       {"mailbox", "mailbox-state", true},
	"auto-reply":                 {"mailbox", "mailbox-state", true},
	"signature":                  {"mailbox", "mailbox-state", true},
	"add-ins":                    {"mailbox", "", true},
	"mobile-devices":             {"mailbox", "device-state", true},
	"delegates/mailbox":          {"delegates", "right-state", true},
	"delegates/send-as":          {"delegates", "right-state", true},
	"delegates/folders":          {"delegates", "right-state", false},
	"delegates/held":             {"delegates", "right-state", true},
	"folders":                    {"messages", "", true},
	"messages/sent":              {"messages", "", true},
	"messages/deleted":           {"messages", "", true},
	"messages/recoverable":       {"messages", "", true},
	"recoverable-items":          {"recoverable-items", "", true},
	"methods":                    {"methods", "method-state", true},
	"methods/registration":       {"methods", "method-state", true},
	"methods/per-user":           {"methods", "", true},
	"devices":                    {"devices", "device-state", true},
	"consents/user":              {"consents", "consent-state", true},
	"consents/tenant":            {"consents", "consent-state", false},
	"consents/app-roles":         {"consents", "consent-state", true},
	"consents/owned":             {"consents", "", true},
	"applications":               {"consents", "consent-state", false},
	"roles/directory":            {"directory roles", "role-state", true},
	"roles/groups":               {"directory roles", "", true},
	"roles/eligible":             {"eligible roles", "role-state", true},
	"roles/exchange":             {"exchange roles", "role-state", false},
	"roles/exchange-members":     {"exchange roles", "", false},
	"roles/compliance":           {"compliance roles", "role-state", false},
	"roles/compliance-members":   {"compliance roles", "", false},
	"mail-flow/transport-rules":  {"mail flow", "flow-state", false},
	"mail-flow/connectors":       {"mail flow", "flow-state", false},
	"mail-flow/journal-rules":    {"mail flow", "flow-state", false},
	"mail-flow/remote-domains":   {"mail flow", "flow-state", false},
	"mail-flow/outbound-policy":  {"mail flow", "flow-state", false},
	"mail-flow/settings":         {"mail flow", "", false},
	"restricted-senders":         {"restricted senders", "restricted-state", false},
	"policies":                   {"policies", "", false},
}

// licensed says whether the tenant's service plans can hold the source; true when they are not known.
func (r *run) licensed(source string) bool {
	if r.plans == nil {
		return true
	}
	for _, u := range m365.Sources {
		if u.Name == sources[source].use {
			return u.Licensed(append(r.ownPlans, r.plans...))
		}
	}
	return true
}

// licence is what the service plans say of Entra ID, in the words of verdicts; "" when they are not known.
func (r *run) licence() string {
	if r.plans == nil {
		return ""
	}
	out := "none"
	for _, p := range append(r.ownPlans, r.plans...) {
		switch {
		case strings.HasPrefix(p, "AAD_PREMIUM_P2"):
			return "P2"
		case strings.HasPrefix(p, "AAD_PREMIUM"):
			out = "P1"
		}
	}
	return out
}

// notAsked are the sources that a collection of every account has and this one did not ask: too shallow, or stopped before.
func (r *run) notAsked(have []Coverage) []Coverage {
	asked := map[outcomeKey]bool{}
	for _, c := range have {
		asked[outcomeKey{c.Source, c.Account}] = true
	}
	why := "the collection stopped before"
	if r.in.Depth == Quick {
		why = "not part of a quick collection"
	}
	var out []Coverage
	for _, name := range sortedKeys(sources) {
		if !sources[name].each {
			if name == "audit/dangerous" && !asked[outcomeKey{name, ""}] {
				out = append(out, Coverage{Source: name, State: NotAsked, Why: why})
			}
			continue
		}
		for _, a := range r.accounts {
			if !a.Opened && !asked[outcomeKey{name, a.ID}] {
				out = append(out, Coverage{Source: name, Account: a.ID, State: NotAsked, Why: why})
			}
		}
	}
	return out
}
