package respond

import (
	"slices"
	"strings"

	"evict"
)

// dependants notes who depends on the accounts, and so who will notice.
func (p *planner) dependants() {
	for _, a := range p.accounts[:p.taken] {
		for _, line := range dependantsOf(a.Strands) {
			p.note("Depends on %s: %s", a.name(), line)
		}
	}
}

// oldWays are the client families of scanners, scripts and old mail programs.
var oldWays = []string{"smtp", "imap", "pop", "exchange web services", "ews", "activesync", "power automate", "flow", "script", "powershell"}

// dependantsOf are the things that sign in for the owner without him.
func dependantsOf(strands []evict.Strand) []string {
	var out []string
	for _, s := range strands {
		if s.Verdict == evict.ByAttacker {
			continue
		}
		client := strings.ToLower(s.Client)
		if i := slices.IndexFunc(oldWays, func(w string) bool { return strings.Contains(client, w) }); i >= 0 {
			out = append(out, s.Client+" from "+s.Network+", last seen "+s.To.String())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
