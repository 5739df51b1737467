package respond

import (
	"slices"
	"strings"
	"testing"
	"time"

	"evict"
)

// contained is Dana's tenant after a plan that contains, and the steps of that plan.
func containedDana(t *testing.T) (*directory, []DoneStep) {
	t.Helper()
	c := caseOfDana()
	c.ContainOnly = true
	return blocked(), doneAll(propose(t, tenantOfDana(), c))
}

func TestAPasswordThatWasToldStays(t *testing.T) {
	tenant, done := containedDana(t)
	c := caseOfDana()
	c.Done = done
	p := propose(t, tenant, c)
	if slices.ContainsFunc(p.Steps, func(s evict.Step) bool { return s.Action == ResetPassword.ID }) {
		t.Error("the password that was just told is made void")
	}
	i := slices.IndexFunc(p.Skipped, func(k evict.Skipped) bool { return k.Action == ResetPassword.ID })
	if i < 0 || !strings.Contains(p.Skipped[i].Why, "done at "+lastDone(done, ResetPassword.ID, danaID).Ended.String()+" by plan hash") || p.Skipped[i].Pick != "reset-password="+danaUPN || p.Skipped[i].Undecided() {
		t.Errorf("what is left out is not told: %+v", p.Skipped)
	}
	revoke := step(t, p, "revoke-sessions")
	if len(revoke.Warnings) != 1 || !strings.Contains(revoke.Warnings[0], "done at") {
		t.Errorf("a second revocation says nothing of the first: %q", revoke.Warnings)
	}
	for _, s := range p.Steps {
		if s.Phase == evict.Evict && slices.Contains(s.Needs, revoke.ID) {
			t.Errorf("%s waits for a revocation that was verified before", s.ID)
		}
	}
}

func TestAResetIsRepeatedWithAReason(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Case, *directory)
		want   string
	}{
		"the attacker came back": {func(c *Case, _ *directory) {
			c.Accounts[0].Strands = []evict.Strand{{Verdict: evict.ByAttacker, To: since(time.Hour)}, {Verdict: evict.ByOwner, To: since(2 * time.Hour)}}
		}, "the attacker was seen after it, at " + since(time.Hour).String()},
		"a finding is later": {func(c *Case, _ *directory) { c.Findings[0].Time = since(time.Hour) }, "the attacker was seen after it"},
		"the password was changed": {func(_ *Case, d *directory) {
			d.one["get-user "+danaID]["lastPasswordChangeDateTime"] = since(time.Hour).String()
		}, "the password was changed since"},
		"picked": {func(c *Case, _ *directory) {
			c.Picked = []Pick{{Action: ResetPassword.ID, Target: evict.Object{Name: strings.ToUpper(danaUPN), Kind: "user"}}}
		}, "it was picked"},
		"contained once more": {func(c *Case, _ *directory) { c.ContainOnly = true }, "containment was asked for once more"},
	} {
		tenant, done := containedDana(t)
		of := caseOfDana()
		of.Done = done
		c.change(&of, tenant)
		if s := step(t, propose(t, tenant, of), "reset-password"); len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], c.want) || !strings.Contains(s.Warnings[0], "by plan hash") {
			t.Errorf("%s: %q", name, s.Warnings)
		}
	}
	tenant, done := containedDana(t)
	for i := range done {
		done[i].Verified = false
	}
	of := caseOfDana()
	of.Done = done
	if s := step(t, propose(t, tenant, of), "reset-password"); s.Warnings != nil {
		t.Errorf("of what was not verified nothing is said: %q", s.Warnings)
	}
}
