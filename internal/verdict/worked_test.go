package verdict

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"evict"
)

// TestWorked holds the rules to the worked examples of section 12.
func TestWorked(t *testing.T) {
	has := func(got evict.Account, item string) bool {
		return slices.ContainsFunc(got.Reasons, func(r evict.Reason) bool { return r.Item == item })
	}
	owner := func(w *world) *Strand { return w.strand(office, edge, every(1, 59, 2)...).on(laptop) }
	junkRule := func(w *world, s *Strand, at evict.Time) *Item {
		it := w.item("C5", s, at, `New-InboxRule "." deletes mail with "phish"`)
		it.NoHonestPurpose, it.Symptoms = true, []int{1, 3}
		return it
	}
	examples := []struct {
		name    string
		make    func(*world)
		verdict evict.Verdict
		role    evict.Role
		head    string
		check   func(*testing.T, *world, evict.Account)
	}{
		{"1 failures only", func(w *world) { w.a.Failures, w.a.OnlyTarget = 40, true }, evict.Clear, evict.TargetOnly, "not cleared before", nil},
		{"2 a code on a refresh makes no item", func(w *world) { w.a.Failures = 41; w.a.OnlyTarget = true }, evict.Clear, evict.TargetOnly, "Clear from", nil},
		{"3 password known", func(w *world) {
			w.a.Failures = 41
			it := w.item("G18", nil, at(50, 3), "A stranger presented the right password and was stopped (50076)")
			it.Origin = &evict.Origin{Addr: netip.MustParseAddr(host)}
		}, evict.Suspected, evict.TargetOnly, "The password is known to a stranger; entry was stopped by multifactor authentication", nil},
		{"4 travel with the laptop", func(w *world) {
			owner(w)
			trip := w.strand(hotel, edge, 50, 51).on(laptop)
			w.item("new-country", trip, at(50, 9), "First sign-in from FR")
			w.item("G3", trip, at(50, 10), "A phone was registered for sign-in while the old methods stay")
			p := w.strand(hotel, phone, 51)
			p.DeviceID = "d0000002"
			w.a.Registered = []Registration{{Device: "d0000002", Strand: trip, At: at(50, 10), Older: true}}
		}, evict.Clear, "", "each tied to the owner by a device known from before (A1)", nil},
		{"5 new country, nothing done", func(w *world) {
			owner(w)
			s := w.strand(hotel, chrome, 50)
			w.item("new-country", s, at(50, 9), "First sign-in from FR")
		}, evict.Unknown, "", "To decide, get: 1 the owner's answer to 1 question", func(t *testing.T, w *world, got evict.Account) {
			if len(got.Questions) != 1 {
				t.Errorf("%d questions, want one: %v", len(got.Questions), got.Questions)
			}
		}},
		{"6 hiding rule by a stranger", func(w *world) {
			owner(w)
			s := w.strand(host, chrome, 50)
			w.item("new-provider", s, at(50, 9), "First sign-in by provider AS64703")
			junkRule(w, s, at(50, 10))
		}, evict.Compromised, evict.TakenOver, "(C5)", func(t *testing.T, w *world, got evict.Account) {
			if !has(got, "C5") || w.a.Strands[1].Verdict != evict.ByAttacker || w.a.Strands[0].Verdict != evict.ByOwner {
				t.Error("want C5, the stranger's strand the attacker's and the office the owner's")
			}
		}},
		{"7 hiding rule in state only", func(w *world) {
			owner(w)
			it := junkRule(w, nil, evict.Time{})
			it.StateOnly = true
		}, evict.Suspected, "", "made by whom and when is not known", func(t *testing.T, w *world, got evict.Account) {
			if !has(got, "G2") {
				t.Error("want G2")
			}
		}},
		{"8 hiding rule on the owner's laptop", func(w *world) { junkRule(w, owner(w), at(50, 10)) }, evict.Suspected, "",
			"done on the owner's own device: the owner, somebody at that device, or malware on it", func(t *testing.T, w *world, got evict.Account) {
				if len(got.Questions) != 1 || !strings.Contains(got.Questions[0].Text, "Who else uses this device?") {
					t.Errorf("want a question on the device: %v", got.Questions)
				}
				if f := got.Findings[0]; f.Severity != evict.Low {
					t.Errorf("severity %s, want low", f.Severity)
				}
			}},
		{"9 old forwarding to the owner's own name", func(w *world) {
			owner(w)
			it := w.item("G1", nil, evict.Time{}, "Mail is forwarded to alice.smith@freemail.example")
			it.StateOnly, it.Target = true, "alice.smith@freemail.example"
		}, evict.Unknown, "", "1 sign is not explained", func(t *testing.T, w *world, got evict.Account) {
			if len(got.Questions) != 1 || len(got.Reasons) != 1 || got.Reasons[0].Grade != evict.Indicative {
				t.Errorf("want one indicative item and one question: %v %v", got.Reasons, got.Questions)
			}
		}},
		{"10 forwarding to a stranger", func(w *world) {
			owner(w)
			w.item("G1", w.strand(host, chrome, 50), at(50, 10), "Forwarding to drop@fabrikam.example was set").Target = "drop@fabrikam.example"
		}, evict.Suspected, "", "Forwarding to drop@", nil},
		{"10 with a sync of the Inbox", func(w *world) {
			owner(w)
			s := w.strand(host, chrome, 50)
			w.item("G1", s, at(50, 10), "Forwarding to drop@fabrikam.example was set").Target = "drop@fabrikam.example"
			w.item("G9", s, at(50, 11), "The whole Inbox was synchronised by a client never seen")
		}, evict.Compromised, evict.TakenOver, "Since 2026-02-20 09:00 UTC, after a quiet lead-in", nil},
		{"11 replay", func(w *world) {
			o := w.strand(office, edge, every(1, 59, 2)...).on(laptop).in("S1")
			x := w.strand(host, chrome, 51).in("S1")
			it := w.item("C1", o, at(51, 10), "Session S1 in two places at once")
			it.Sides = []*Strand{x}
		}, evict.Compromised, evict.TakenOver, "(C1)", func(t *testing.T, w *world, got evict.Account) {
			if w.a.Strands[0].Verdict != evict.ByOwner || w.a.Strands[1].Verdict != evict.ByAttacker {
				t.Errorf("office %s, host %s", w.a.Strands[0].Verdict, w.a.Strands[1].Verdict)
			}
			wantText(t, "entry", got.Entry, "no password is typed on it before it is clean")
		}},
		{"12 phone on two networks", func(w *world) {
			p := w.strand(home, phone, every(1, 59, 2)...).in("S2")
			q := w.strand("192.0.2.200", phone, every(1, 59, 2)...).in("S2")
			p.DeviceID, q.DeviceID = "d3", "d3"
			it := w.item("G11", p, at(50, 10), "Session S2 on two networks")
			it.Sides = []*Strand{q}
		}, evict.Clear, "", "habit (A4)", nil},
		{"13 an administrator's hour", adminHour, evict.Unknown, evict.ActorRole, "2 signs are not explained", func(t *testing.T, w *world, got evict.Account) {
			if len(got.Questions) != 1 {
				t.Errorf("%d questions, want one: %v", len(got.Questions), got.Questions)
			}
		}},
		{"13 with hiding rule and blind copy", func(w *world) {
			adminHour(w)
			s := w.a.Strands[0]
			junkRule(w, s, at(50, 10.5))
			it := w.item("G1", s, at(50, 10.6), "A transport rule copies all mail to drop@freemail.example")
			it.NoHonestPurpose = true
			w.a.Activity.Attacker.Events = 12
		}, evict.Compromised, evict.TakenOver, "three kinds", func(t *testing.T, w *world, got evict.Account) {
			if !has(got, "C6") {
				t.Error("want C6")
			}
			b := newWorld()
			b.a.Name, b.a.ID = "helpdesk@contoso.example", "0b"
			b.t.MadeAccounts = map[string]Made{"helpdesk@contoso.example": {By: w.a.Name, ByAttacker: true, At: at(50, 10)}}
			made := b.judge()
			wantVerdict(t, made, evict.Compromised)
			if made.Role != evict.MadeByAttacker || made.MadeBy != w.a.Name {
				t.Errorf("role %q made by %q", made.Role, made.MadeBy)
			}
			m := newWorld()
			m.a.Name, m.a.ID = "bob@contoso.example", "0c"
			m.item("G5", nil, at(50, 10), "Full access was granted").Actor = w.a.Name
			box := m.judge()
			if box.Exposure != evict.ExposurePossible || box.Verdict == evict.Compromised || box.Verdict == evict.Suspected {
				t.Errorf("mailbox of another: %s, exposure %s", box.Verdict, box.Exposure)
			}
			wantText(t, "entry", box.Entry, "exposed, not compromised")
		}},
		{"14 mail not sent by the account", func(w *world) {
			owner(w)
			it := w.item(ItemImpersonated, nil, at(50, 10), "Mail bears the address and was not submitted by the account")
			it.Grade, it.Placeless, it.Symptoms = evict.Context, true, []int{2}
		}, evict.Clear, evict.Impersonated, "Clear", nil},
		{"15 newsletter", func(w *world) {
			s := owner(w)
			w.item("bulk-mail", s, at(51, 10), "400 recipients of one subject in an hour")
			it := w.item("restricted", nil, at(51, 11), "The mailbox was barred from sending")
			it.Placeless, it.Symptoms = true, []int{5}
			w.a.Reported = &evict.Reported{Symptoms: []int{5}, At: at(51, 12)}
		}, evict.Clear, "", "Clear", func(t *testing.T, w *world, got evict.Account) {
			s := got.Symptoms[4]
			if s.Status != "seen" || !strings.Contains(s.Why, "explained") {
				t.Errorf("symptom 5: %+v", s)
			}
		}},
		{"16 one address, many accounts", func(w *world) {
			w.strand(host, script, 50)
			p, _ := netip.MustParseAddr(host).Prefix(32)
			w.t.Hands = []Hand{{Account: "bob@contoso.example", Strand: "x1", Prefix: p, Client: script, From: at(50, 1), To: at(50, 2)}}
		}, evict.Compromised, evict.TakenOver, "(C7)", nil},
		{"16 first of them", func(w *world) {
			w.item("C4", w.strand(host, script, 50), at(50, 9), "An address that failed on 49 accounts succeeded")
		}, evict.Compromised, evict.TakenOver, "(C4)", func(t *testing.T, w *world, got evict.Account) {
			wantText(t, "entry", got.Entry, "guessed or sprayed")
		}},
		{"16 behind the company's gateway", func(w *world) {
			s := w.strand(host, script, every(1, 59, 2)...)
			w.t.Declared = []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}
			w.t.Hands = []Hand{{Account: "bob@contoso.example", Strand: "x1", Prefix: s.Prefix, Client: script, From: s.From, To: s.To}}
			w.item("C4", s, at(50, 9), "An address that failed on 49 accounts succeeded")
		}, evict.Clear, "", "a workplace (A3)", nil},
		{"17 audit off, no sign-ins", func(w *world) {
			w.a.Coverage.AuditOff = []string{"mailbox audit was switched off on 2026-01-03"}
			delete(w.a.Coverage.Kinds, evict.SignIns)
			delete(w.a.Coverage.Kinds, evict.TokenSignIns)
		}, evict.Unknown, "", "nothing hostile was found", func(t *testing.T, w *world, got evict.Account) {
			all := strings.Join(got.NotExcluded, "\n")
			wantText(t, "not excluded", all, "mailbox audit was switched off")
			wantText(t, "not excluded", all, "interactive sign-ins (not given)")
		}},
		{"18 seven days, nothing found", func(w *world) {
			w.strand(office, edge, 57, 58, 59, 60).on(laptop)
			w.week()
		}, evict.Unknown, "", "That is all it shows: what happened before 2026-02-27 00:00 UTC, and what these sources do not record, was not seen. To decide, get: 1 ", nil},
		{"19 the responder's work", func(w *world) {
			owner(w)
			for _, code := range []string{"G3", "G10", "C5"} {
				w.item(code, nil, at(50, 10), "Responder's act").Declared = true
			}
		}, evict.Clear, "", "Clear", func(t *testing.T, w *world, got evict.Account) {
			if len(got.Reasons) > 0 {
				t.Errorf("reasons: %v", got.Reasons)
			}
		}},
		{"20 a poisoned baseline", func(w *world) {
			owner(w)
			s := w.strand(host, chrome, every(1, 59, 1)...)
			junkRule(w, s, at(1, 10))
		}, evict.Suspected, "", "deletes mail", func(t *testing.T, w *world, got evict.Account) {
			if w.a.Strands[1].Has(evict.A4) {
				t.Error("V14: the foreign provider became a habit")
			}
		}},
	}
	for _, ex := range examples {
		t.Run(ex.name, func(t *testing.T) {
			w := newWorld()
			ex.make(w)
			got := w.judge()
			wantVerdict(t, got, ex.verdict)
			wantText(t, "headline", got.Headline, ex.head)
			if got.Role != ex.role {
				t.Errorf("role %q, want %q", got.Role, ex.role)
			}
			if (got.Verdict == evict.Suspected || got.Verdict == evict.Unknown) && (len(got.NextSteps) == 0 || len(got.NextSteps) > maxNextSteps) {
				t.Errorf("V29: %d next steps", len(got.NextSteps))
			}
			if ex.check != nil {
				ex.check(t, w, got)
			}
		})
	}
}

// adminHour is an hour of an administrator's work at the workplace:
// roles, an account, full access.
func adminHour(w *world) {
	s := w.strand(office, edge, every(1, 59, 2)...)
	w.t.Workplaces[s.Prefix.String()] = true
	s.ClientFamily.OS = "macOS"
	s.Days = s.Days[len(s.Days)-4:] // no habit: only the workplace ties it
	s.From = at(50, 9)
	for range 8 {
		w.item("role-granted", s, at(50, 10), "A role was granted to bob")
	}
	w.item("account-made", s, at(50, 10.2), "Account helpdesk was made")
	w.item("G5", s, at(50, 10.3), "Full access to bob's mailbox was granted").Target = "bob@contoso.example"
}
