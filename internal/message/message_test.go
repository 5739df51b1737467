package message

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"evict/internal/records"
)

// Each case of testdata is a message, the domains known, and the verdict wanted, whole.
func TestJudge(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txtar")
	if len(files) < 9 {
		t.Fatalf("only %d cases found", len(files))
	}
	seen := map[Outcome]bool{}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			part := map[string]string{}
			for _, f := range txtar.Parse(b).Files {
				part[f.Name] = string(f.Data)
			}
			for _, eol := range []string{"\n", "\r\n"} {
				m, err := records.ReadMessage(strings.NewReader(strings.ReplaceAll(part["message.eml"], "\n", eol)))
				if err != nil {
					t.Fatal(err)
				}
				v := Judge(m, strings.Fields(part["domains"]), strings.Fields(part["correspondents"]))
				seen[v.Outcome] = true
				if got := describe(v); got != part["want"] {
					t.Errorf("got\n%s\nwant\n%s", got, part["want"])
				}
			}
		})
	}
	for _, o := range []Outcome{OwnAccount, Colleague, Application, Correspondent, DirectSend, Spoof, LookAlike, Bounce, Outsider, CannotTell} {
		if !seen[o] {
			t.Errorf("no case has the outcome %s", o)
		}
	}
}

func describe(v MessageVerdict) string {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	line("outcome", string(v.Outcome))
	line("account", v.Account)
	line("manner", v.Manner)
	line("imitates", v.Imitates)
	for _, r := range v.Reasons {
		var fields []string
		for _, f := range r.Fields {
			if f.Forgeable {
				f.Name += " (forgeable)"
			}
			fields = append(fields, f.Name)
		}
		line("reason", r.Text+" ["+strings.Join(fields, ", ")+"]")
	}
	for _, w := range v.Warnings {
		line("warning", w)
	}
	line("forgeable", strings.Join(v.Forgeable, ", "))
	return b.String()
}

func TestResembles(t *testing.T) {
	for _, c := range []struct {
		domain, known string
		want          bool
	}{
		{"contoso.com", "contoso.com", false},
		{"mail.contoso.com", "contoso.com", false},
		{"contoso.com", "mail.contoso.com", false},
		{"c0ntoso.com", "contoso.com", true},
		{"contos0.com", "contoso.com", true},
		{"conotso.com", "contoso.com", true},
		{"cont0so.net", "contoso.com", true},
		{"contoso.net", "contoso.com", true},
		{"contoso.com.login.test", "contoso.com", true},
		{"contoso-invoices.com", "contoso.com", true},
		{"xn--contso-6wa.com", "contoso.com", true}, // contòso
		{"xn--ontoso-hrf.com", "contoso.com", true}, // Cyrillic с
		{"rnicrosoft.com", "microsoft.com", true},
		{"microsott.com", "microsoft.com", true},
		{"paypa1.com", "paypal.com", true},
		{"fabrikam.com", "contoso.com", false},
		{"abc.com", "abd.com", false}, // too short to tell
		{"contrast.com", "contoso.com", false},
		{"", "contoso.com", false},
	} {
		if got := Resembles(c.domain, c.known); (got != "") != c.want {
			t.Errorf("Resembles(%q, %q) = %q, want %v", c.domain, c.known, got, c.want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "ab", 1}, {"abc", "xbc", 1}, {"abcd", "badc", 2}, {"a", "abcd", 3}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
		if got := distance(c.b, c.a); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.b, c.a, got, c.want)
		}
	}
}

// FuzzJudge holds that no message crashes the judge, and that a message whose
// every header the sender wrote never names an account of ours.
func FuzzJudge(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, name := range files {
		b, _ := os.ReadFile(name)
		for _, p := range txtar.Parse(b).Files {
			if p.Name == "message.eml" {
				f.Add(string(p.Data))
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		if m, err := records.ReadMessage(strings.NewReader(text)); err == nil {
			Judge(m, []string{"contoso.example"}, []string{"a@fabrikam.example"})
		}
		handed := "Received: from x (x [203.0.113.66]) by mx1.fabrikam.example with ESMTP; Mon, 2 Nov 2026 09:00:02 +0000\n"
		m, err := records.ReadMessage(strings.NewReader(handed + text))
		if err != nil {
			return
		}
		if v := Judge(m, []string{"contoso.example"}, nil); v.Outcome == OwnAccount || v.Outcome == Colleague {
			t.Errorf("forged headers give %+v", v)
		}
	})
}
