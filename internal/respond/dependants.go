package respond

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"evict"
)

// dependants notes who depends on the accounts, and so who will notice.
func (p *planner) dependants(ctx context.Context) {
	taken := p.accounts[:p.taken]
	delegates := make([]string, len(taken))
	if p.live() {
		parallel(len(taken), func(i int) { delegates[i] = delegatesOf(ctx, p.r, taken[i]) })
	}
	for i, a := range taken {
		for _, line := range dependantsOf(a.Strands) {
			p.note("Depends on %s: %s", a.name(), line)
		}
		if delegates[i] != "" {
			p.note("Depends on %s: %s", a.name(), delegates[i])
		}
	}
}

// oldWays are words in the client families of scanners, scripts and flows.
var oldWays = []string{"smtp", "imap", "pop", "ews", "exchange web services", "activesync", "power automate", "microsoft flow", "powershell"}

// dependantsOf are the things that sign in for the owner without him, each once.
func dependantsOf(strands []evict.Strand) []string {
	last := map[string]evict.Time{}
	for _, s := range strands {
		if s.Verdict == evict.ByAttacker || !worksAlone(s.Client) {
			continue
		}
		key := s.Client + " from " + s.Network
		if !last[key].Set || last[key].Before(s.To) {
			last[key] = s.To
		}
	}
	var out []string
	for key, at := range last {
		out = append(out, key+", last seen "+at.String())
	}
	slices.Sort(out)
	return out
}

// worksAlone reports a client family by whole words.
func worksAlone(client string) bool {
	words := " " + strings.Join(strings.FieldsFunc(strings.ToLower(client), func(r rune) bool { return r == ' ' || r == '/' || r == ',' || r == '(' || r == ')' }), " ") + " "
	return slices.ContainsFunc(oldWays, func(w string) bool { return strings.Contains(words, " "+w+" ") })
}

// delegatesOf are the people who may open the mailbox or send in its name.
func delegatesOf(ctx context.Context, r Reader, a *AccountFacts) string {
	var out []string
	failed := false
	for _, kind := range []string{fullAccess, sendAs} {
		call, holder := right(evict.Object{Account: a.ID, Kind: kind})
		list, err := rows(ctx, r, call)
		failed = failed || err != nil && !missing(err)
		for _, x := range list {
			name := text(x, holder)
			if name == "" || x["IsInherited"] == true || x["Deny"] == true || strings.EqualFold(name, `NT AUTHORITY\SELF`) || a.is(name) {
				continue
			}
			out = append(out, fmt.Sprintf("%s (%s)", name, kind))
		}
	}
	slices.Sort(out)
	switch {
	case failed:
		return "who may open its mailbox could not be read"
	case len(out) == 0:
		return ""
	}
	return "these may open its mailbox or send as it, and go on: " + strings.Join(slices.Compact(out), ", ")
}
