package simtenant

import (
	"evict/internal/simtenant/contract"
	"slices"
	"strings"
	"testing"
)

// documentedCmdlets are those that the contract's data leave out; they were read
// on their pages (learn.microsoft.com/powershell/module/exchangepowershell).
var documentedCmdlets = strings.Fields("Enable-App Disable-App Enable-JournalRule Disable-JournalRule Set-RemoteDomain Set-HostedOutboundSpamFilterPolicy")

// TestCmdletsAgainstReference holds the table to Microsoft's documentation as
// data: every cmdlet and parameter exists in the cloud, what is required there
// is required here, and types agree in kind.
func TestCmdletsAgainstReference(t *testing.T) {
	var all struct {
		Cmdlets map[string]struct {
			ParameterSets []struct{ Required []string }
			Parameters    map[string]struct {
				Type       string
				Applicable []string
			}
		}
	}
	contract.NeedFile(t, "exo-cmdlets.json", &all)
	for i := range cmdlets {
		c := &cmdlets[i]
		doc, ok := all.Cmdlets[c.name]
		if slices.Contains(documentedCmdlets, c.name) {
			if ok {
				t.Errorf("%s: is in the contract's data by now", c.name)
			}
			continue
		}
		if !ok {
			t.Errorf("%s: no such cmdlet", c.name)
			continue
		}
		for _, p := range c.spec {
			if p.name == "ErrorAction" || p.name == "WarningAction" {
				continue
			}
			d, ok := doc.Parameters[p.name]
			if !ok || !slices.ContainsFunc(d.Applicable, func(s string) bool { return strings.Contains(s, "Online") || strings.Contains(s, "Compliance") }) {
				t.Errorf("%s: no parameter %s in the cloud", c.name, p.name)
				continue
			}
			if want := kindOf(c.name, p.name, d.Type); !slices.Contains(want, p.kind) {
				t.Errorf("%s: %s is %s, documented as %s", c.name, p.name, p.kind, d.Type)
			}
		}
		// A parameter that every documented way of calling requires.
		if len(doc.ParameterSets) == 0 {
			continue
		}
		for _, name := range doc.ParameterSets[0].Required {
			everywhere := !slices.ContainsFunc(doc.ParameterSets, func(s struct{ Required []string }) bool { return !slices.Contains(s.Required, name) })
			if p := c.spec[strings.ToLower(name)]; everywhere && !p.required && !c.denied && p.kind != "list" {
				t.Errorf("%s: %s is required", c.name, name)
			}
		}
	}
}

// kindOf is how a documented type may be read here.
func kindOf(cmdlet, name, typ string) []string {
	if cmdlet == "Get-RecoverableItems" || cmdlet == "Restore-RecoverableItems" {
		typ = strings.TrimSuffix(typ, "[]") // one mailbox at a time here
	}
	switch typ {
	case "SwitchParameter":
		return []string{"switch"}
	case "Boolean", "System.Boolean":
		return []string{"bool", "bool?"}
	case "Int32":
		return []string{"int", "size"}
	case "Unlimited":
		if name == "ResultSize" {
			return []string{"size"}
		}
		return []string{"text", "size"}
	case "DateTime", "System.DateTime", "ExDateTime":
		return []string{"date"}
	case "EnhancedTimeSpan":
		return []string{"span"}
	}
	if strings.HasSuffix(typ, "[]") || typ == "MultiValuedProperty" {
		return []string{"list"}
	}
	return []string{"text"}
}

func TestTableIsWhole(t *testing.T) {
	seen := map[string]bool{}
	for i := range cmdlets {
		c := &cmdlets[i]
		key := c.name
		if c.purview {
			key += "@compliance"
		}
		if seen[key] {
			t.Errorf("%s twice", key)
		}
		seen[key] = true
		verb, _, _ := strings.Cut(c.name, "-")
		if reads := verb == "Get" || verb == "Search"; !c.denied && reads == c.write {
			t.Errorf("%s: write is %v", c.name, c.write)
		}
		if c.roles == "" || c.run == nil {
			t.Errorf("%s: no roles or nothing to run", key)
		}
		for _, p := range c.spec {
			if !slices.Contains([]string{"text", "list", "bool", "bool?", "switch", "int", "size", "date", "span"}, p.kind) {
				t.Errorf("%s: %s has kind %q", c.name, p.name, p.kind)
			}
		}
	}
}
