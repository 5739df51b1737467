package report

import (
	"slices"
	"strings"
	"testing"

	"evict"
)

// A command of a person's step is one line, alone, however narrow the terminal; nothing in it can steer one.
func TestPlanLeavesCommandsWhole(t *testing.T) {
	command := "Set-ADAccountPassword -Identity 'ivo.wolters' -Reset -NewPassword (Read-Host -AsSecureString 'New password')"
	st := evict.Step{ID: "a-1", Title: "Reset the password", Phase: evict.Contain, Target: evict.Object{Account: "1", Name: "ivo@contoso.example", Kind: "user"}, Why: []string{"why"},
		Manual: []string{"On a domain controller:", "    " + command, "    Get-ADUser -Identity 'ivo\x1b[2J\n$(x)'"}}
	var b strings.Builder
	if err := Plan(&b, &evict.Plan{Steps: []evict.Step{st}}, PlanOptions{TextOptions: TextOptions{Width: 40}}); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, l := range strings.Split(b.String(), "\n") {
		lines = append(lines, strings.TrimSpace(l))
	}
	for _, want := range []string{command, `Get-ADUser -Identity 'ivo\u{1B}[2J\u{A}$(x)'`} {
		if !slices.Contains(lines, want) {
			t.Errorf("no line is %q:\n%s", want, b.String())
		}
	}
}
