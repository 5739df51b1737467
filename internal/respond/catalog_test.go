package respond

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"evict/internal/m365"
)

var kebab = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

func TestCatalog(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range Catalog {
		id := string(a.ID)
		say := func(bad bool, what string) {
			if bad {
				t.Errorf("%s: %s", id, what)
			}
		}
		say(seen[id], "is listed twice")
		seen[id] = true
		say(!kebab.MatchString(id), "is not kebab-case")
		say(a.Rev < 1, "has no revision")
		say(a.Title == "" || strings.HasSuffix(a.Title, "."), "needs a title without a full stop")
		say(!strings.Contains(a.Doc, "By hand: "), "does not say how it is done by hand")
		say((a.Undo == "") == (a.NoUndo == ""), "must say how it is undone, or why it can't be")
		say(a.Plan == nil, "has no Plan")
		if a.Plan != nil {
			_, err := a.Plan(json.RawMessage(`{"x":1}`), null)
			say(a.Wants == "" && (errors.Is(err, errNoOldValue) || errors.Is(err, errNothingKnown)), "does not say what it wants to know")
		}
		say(len(a.Noticed) == 0, "does not say who will notice")
		if a.Manual() {
			say(a.Instruct == nil || a.Confirm.Text == "" || a.Confirm.Keep == "", "is manual and lacks instructions, the question or what is kept of the answer")
			say(len(a.Ops) > 0 && a.Inspect == nil, "has operations and reads nothing")
			continue
		}
		say(a.Inspect == nil, "reads nothing")
		say(a.Shell == "", "has no PowerShell line")
		say(a.Instruct != nil, "is not manual and has instructions")
		writes, reads := 0, 0
		for _, op := range a.Ops {
			o, ok := m365.OperationByID(op)
			if !ok {
				t.Errorf("%s: there is no operation %s: add it to m365/operations.go or cmdlets.go", id, op)
				continue
			}
			switch o.Class {
			case m365.Write:
				writes++
			case m365.Read:
				reads++
			}
		}
		say(writes == 0 || reads == 0, "must read and write")
	}
}

// TestOperationsAreRegistered: what no use names, the preflight does not try and the registration does not grant.
func TestOperationsAreRegistered(t *testing.T) {
	named := map[string]bool{}
	for _, u := range slices.Concat(m365.Actions, m365.Recalls) {
		for _, op := range u.Ops {
			named[op] = true
		}
	}
	for _, a := range Catalog {
		for _, op := range a.Ops {
			if !named[op] {
				t.Errorf("%s: the operation %s is in none of Actions and Recalls of m365/uses.go: the response would have no permission for it", a.ID, op)
			}
		}
	}
}

func TestPasswordsAreStrongAndNew(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		if _, err := generate(strings.NewReader("")); err == nil {
			t.Fatal("a source without randomness gave a password")
		}
		p, err := generate(random{})
		if err != nil {
			t.Fatal(err)
		}
		if len(p) < 20 || seen[p] {
			t.Fatalf("a password of %d characters, seen before: %v", len(p), seen[p])
		}
		for _, c := range classes {
			if !strings.ContainsAny(p, c) {
				t.Fatalf("no character of %q", c)
			}
		}
		seen[p] = true
	}
}

func TestOldValuesAreNeverGuessed(t *testing.T) {
	off, err := RestoreSignature.Plan(json.RawMessage(`{"AutoAddSignature":true,"SignatureHtml":"x"}`), null)
	if err != nil || string(off) != `{"AutoAddSignature":false,"AutoAddSignatureOnReply":false,"SignatureHtml":"x"}` {
		t.Errorf("without an old value the signature becomes %s, %v", off, err)
	}
	if _, err := RestoreSignature.Plan(off, null); !errors.Is(err, ErrAlready) {
		t.Errorf("a signature that is off: %v", err)
	}
	if _, err := RestoreProfile.Plan(json.RawMessage(`{"displayName":"x"}`), null); !errors.Is(err, errNoOldValue) {
		t.Errorf("without an old value the plan says %v", err)
	}
	after, err := RestoreProfile.Plan(json.RawMessage(`{"displayName":"x","city":"Delft"}`), json.RawMessage(`{"displayName":"Dana","password":"no"}`))
	if err != nil || string(after) != `{"city":"Delft","displayName":"Dana"}` {
		t.Errorf("the plan is %s, %v", after, err)
	}
}
