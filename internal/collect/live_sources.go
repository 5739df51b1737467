package collect

import (
	"slices"
	"strings"

	"evict/internal/m365"
)

// A sourceInfo says what a source is for the rest of the product.
type sourceInfo struct {
	use  string // the name in m365.Sources: permissions and service plans
	kind string // the kind of evidence, in the words of coverage statements; "" for what only the response and the report use
	is   uint8
}

const (
	each   = 1 << iota // asked of each account
	extra              // what it shows, another source of its kind shows too
	beyond             // no state that a response changes, or one that a full collection alone asks: no part of a snapshot
	mute               // counts for the coverage of its kind, but its records would be taken for somebody else's
)

// sources by the name in the manifest and in the coverage.
var sources = map[string]sourceInfo{
	"accounts":                   {"accounts", "user-state", 0},
	"accounts/look-alikes":       {"accounts", "", 0},
	"domains":                    {"accounts", "", 0},
	"licences":                   {"licences", "", each},
	"sign-ins/interactive":       {"sign-ins", "sign-ins", each | beyond},
	"sign-ins/non-interactive":   {"sign-ins", "token-sign-ins", each | beyond},
	"sign-ins/service-principal": {"sign-ins", "app-sign-ins", beyond},
	"sign-ins/managed-identity":  {"sign-ins", "app-sign-ins", beyond},
	"directory-audits/actor":     {"directory-audits", "directory-audit", each | beyond},
	"directory-audits/target":    {"directory-audits", "directory-audit", each | beyond},
	"directory-audits/deletions": {"directory-audits", "directory-audit", extra | beyond},
	"risk/user":                  {"risk", "risk", each | beyond},
	"risk/history":               {"risk", "risk", each | beyond},
	"risk/detections":            {"risk", "risk", each | beyond},
	"audit/actor":                {"audit", "unified audit log", each | beyond},
	"audit/target":               {"audit", "unified audit log", each | beyond},
	"audit/owner":                {"audit", "unified audit log", each | beyond},
	"audit/dangerous":            {"audit", "unified audit log", extra | beyond},
	"audit-switches":             {"audit switches", "mailbox-state", each},
	"audit-switches/tenant":      {"audit switches", "flow-state", 0},
	"message-trace/sent":         {"message-trace", "message-trace", each | beyond},
	"message-trace/received":     {"message-trace", "message-trace", each | beyond},
	"inbox-rules":                {"inbox-rules", "rule-state", each},
	"inbox-rules/graph":          {"inbox-rules", "rule-state", each | extra},
	"sweep-rules":                {"inbox-rules", "rule-state", each},
	"mailbox":                    {"mailbox", "mailbox-state", each},
	"mailbox-settings":           {"mailbox", "mailbox-state", each | extra},
	"protocols":                  {"mailbox", "protocol-state", each},
	"junk":                       {"mailbox", "mailbox-state", each},
	"auto-reply":                 {"mailbox", "mailbox-state", each},
	"signature":                  {"mailbox", "mailbox-state", each},
	"add-ins":                    {"mailbox", "", each},
	"mobile-devices":             {"mailbox", "device-state", each},
	"delegates/mailbox":          {"delegates", "right-state", each},
	"delegates/send-as":          {"delegates", "right-state", each},
	"delegates/folders":          {"delegates", "right-state", 0},
	"delegates/held":             {"delegates", "right-state", mute | beyond},
	"folders":                    {"messages", "", each | beyond},
	"messages/sent":              {"messages", "", each | beyond},
	"messages/deleted":           {"messages", "", each | beyond},
	"messages/recoverable":       {"messages", "", each | beyond},
	"recoverable-items":          {"recoverable-items", "", each | beyond},
	"methods":                    {"methods", "method-state", each},
	"methods/registration":       {"methods", "method-state", each | extra},
	"methods/per-user":           {"methods", "", each},
	"devices":                    {"devices", "device-state", each},
	"consents/user":              {"consents", "consent-state", each},
	"consents/tenant":            {"consents", "consent-state", 0},
	"consents/app-roles":         {"consents", "consent-state", each},
	"consents/owned":             {"consents", "", each},
	"applications":               {"consents", "consent-state", 0},
	"roles/directory":            {"directory roles", "role-state", each},
	"roles/groups":               {"directory roles", "", each},
	"roles/eligible":             {"eligible roles", "role-state", each},
	"roles/exchange":             {"exchange roles", "role-state", 0},
	"roles/exchange-members":     {"exchange roles", "", 0},
	"roles/compliance":           {"compliance roles", "role-state", 0},
	"roles/compliance-members":   {"compliance roles", "", 0},
	"mail-flow/transport-rules":  {"mail flow", "flow-state", 0},
	"mail-flow/connectors":       {"mail flow", "flow-state", 0},
	"mail-flow/journal-rules":    {"mail flow", "flow-state", 0},
	"mail-flow/remote-domains":   {"mail flow", "flow-state", 0},
	"mail-flow/outbound-policy":  {"mail flow", "flow-state", 0},
	"mail-flow/settings":         {"mail flow", "", 0},
	"restricted-senders":         {"restricted senders", "restricted-state", 0},
	"policies":                   {"policies", "", 0},
}

// licensed says whether the tenant's service plans can hold the source; true when they are not known.
func (r *run) licensed(source string) bool {
	if r.plans == nil {
		return true
	}
	for _, u := range m365.Sources {
		if u.Name == sources[source].use {
			return u.Licensed(slices.Concat(r.ownPlans, r.plans))
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
	for _, p := range slices.Concat(r.ownPlans, r.plans) {
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
	switch {
	case r.stateOnly:
		why = "only the state was read so far"
	case r.in.Depth == Quick:
		why = "not part of a quick collection"
	}
	var out []Coverage
	for _, name := range sortedKeys(sources) {
		if sources[name].is&each == 0 {
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
