package respond

import (
	"regexp"
	"strings"
	"testing"

	"evict"
)

var typedCmdlet = regexp.MustCompile(`\b[A-Z][a-z]+-(AD|Mg|Mailbox|Inbox|Sweep|Transport|CAS|Spo|Recoverable)[A-Za-z]* -[A-Z]`)

// A command in instructions stands on a line of its own, marked so that no printer wraps it, and whole.
func TestTypedCommandsStandAlone(t *testing.T) {
	s := evict.Step{Target: evict.Object{Account: danaID, Name: danaUPN, Kind: "user", ID: "17"}, Before: state(row{"onPremisesSyncEnabled": true, "onPremisesSamAccountName": "dana.roe"}), After: state(row{"onPremisesLastSyncDateTime": "later than before"})}
	found := 0
	for _, a := range Catalog {
		list := a.ByHand(s)
		if a.Manual() && a.Instruct != nil {
			list = append(list, a.Instruct(s)...)
		}
		for _, l := range list {
			if typedCmdlet.MatchString(l) && !strings.HasPrefix(l, "    ") {
				t.Errorf("%s: a command in the midst of words: %q", a.ID, l)
			}
			if strings.HasPrefix(l, "    ") {
				found++
			}
		}
		if _, clicks, _ := strings.Cut(a.Doc, "By hand: "); strings.Contains(clicks, "…") {
			t.Errorf("%s: %q has dots for what a person has to fill in", a.ID, clicks)
		}
	}
	if found < 40 {
		t.Errorf("only %d commands", found)
	}
}
