package verdict

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"evict"
)

func anchors(s *Strand) string {
	var out []string
	for _, a := range s.Anchors {
		out = append(out, string(a))
	}
	return strings.Join(out, " ")
}

// TestAnchors holds section 3: A1 to A7, V13 to V16.
func TestAnchors(t *testing.T) {
	cases := []struct {
		name string
		make func(*world) *Strand // returns the strand under test
		want string
	}{
		{"A1: trusted device on three days before trouble", func(w *world) *Strand { return w.strand(hotel, edge, 1, 2, 3).on(laptop) }, "A1"},
		{"A1: two days are too few", func(w *world) *Strand { return w.strand(hotel, edge, 1, 2).on(laptop) }, ""},
		{"A1: days after first trouble do not count", func(w *world) *Strand {
			w.item("G9", w.strand(host, script, 20), at(20, 9), "sync")
			return w.strand(hotel, edge, 20, 21, 22, 23).on(laptop)
		}, ""},
		{"A1: the device's other strands count", func(w *world) *Strand {
			w.strand(office, edge, 1, 2, 3).on(laptop)
			return w.strand(hotel, edge, 50).on(laptop)
		}, "A1"},
		{"A1: an unmanaged device ID is none", func(w *world) *Strand {
			s := w.strand(hotel, edge, 1, 2, 3)
			s.DeviceID = laptop
			return s
		}, ""},
		{"A2: passkey used before trouble", func(w *world) *Strand {
			s := w.strand(hotel, edge, 3)
			s.StrongDays = s.Days
			return s
		}, "A2"},
		{"A2: passkey seen only after trouble", func(w *world) *Strand {
			w.item("G9", w.strand(host, script, 20), at(20, 9), "sync")
			s := w.strand(hotel, edge, 30)
			s.StrongDays = s.Days
			return s
		}, ""},
		{"A3: a workplace by use", func(w *world) *Strand {
			s := w.strand(office, edge, 3)
			w.t.Workplaces[s.Prefix.String()] = true
			return s
		}, "A3"},
		{"A3: a trusted named location", func(w *world) *Strand {
			s := w.strand(office, edge, 3)
			s.Trusted = true
			return s
		}, "A3"},
		{"A3: a declared range", func(w *world) *Strand {
			w.t.Declared = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
			return w.strand(office, edge, 3)
		}, "A3"},
		{"A4: five days over fourteen", func(w *world) *Strand { return w.strand(home, edge, 1, 5, 8, 12, 14) }, "A4"},
		{"A4: five days over thirteen", func(w *world) *Strand { return w.strand(home, edge, 1, 5, 8, 12, 13) }, ""},
		{"A4: four days", func(w *world) *Strand { return w.strand(home, edge, 1, 5, 12, 14) }, ""},
		{"A4: another address of the provider", func(w *world) *Strand {
			w.strand(home, edge, 1, 5, 8, 12, 14)
			return w.strand("192.0.2.99", edge, 50)
		}, "A4"},
		{"A4: another client family", func(w *world) *Strand {
			w.strand(home, edge, 1, 5, 8, 12, 14)
			return w.strand(home, chrome, 50)
		}, ""},
		{"V15: no baseline, no habit", func(w *world) *Strand {
			w.item("G9", w.strand(host, script, 13), at(13, 9), "sync")
			return w.strand(home, edge, every(0, 40, 1)...)
		}, ""},
		{"V14: the address is an attacker's in another account", func(w *world) *Strand {
			s := w.strand(home, edge, 1, 5, 8, 12, 14)
			w.t.Hands = []Hand{{Account: "bob@contoso.example", Strand: "x", Prefix: s.Prefix, From: at(1, 0), To: at(2, 0)}}
			return s
		}, ""},
		{"V14: unless it is a workplace", func(w *world) *Strand {
			s := w.strand(home, edge, 1, 5, 8, 12, 14)
			w.t.Workplaces[s.Prefix.String()] = true
			w.t.Hands = []Hand{{Account: "bob@contoso.example", Strand: "x", Prefix: s.Prefix, From: at(1, 0), To: at(2, 0)}}
			return s
		}, "A3 A4"},
		{"V14: an attacker's device takes the workplace away", func(w *world) *Strand {
			s := w.strand(home, edge, 1, 5, 8, 12, 14)
			s.DeviceID = "d-bad"
			w.t.Workplaces[s.Prefix.String()] = true
			w.t.Hands = []Hand{{Account: "bob@contoso.example", Strand: "x", Device: "d-bad"}}
			return s
		}, ""},
		{"A5: the owner recognises it", func(w *world) *Strand {
			s := w.strand(hotel, chrome, 50)
			w.a.Answers = []Answer{{Question: "s-" + s.ID, Mine: true, By: "Kim"}}
			return s
		}, "A5"},
		{"A6: a device enrolled from an anchored strand", func(w *world) *Strand {
			o := w.strand(office, edge, 1, 2, 3).on(laptop)
			s := w.strand(hotel, phone, 50)
			s.DeviceID = "d2"
			w.a.Registered = []Registration{{Device: "d2", Strand: o, At: at(3, 10), Older: true}}
			return s
		}, "A1 A6"},
		{"A6: the owner's device is an older method", func(w *world) *Strand {
			o := w.strand(office, edge, 1, 2, 3).on(laptop)
			s := w.strand(hotel, phone, 50)
			s.DeviceID = "d2"
			w.a.Registered = []Registration{{Device: "d2", Strand: o, At: at(3, 10)}}
			return s
		}, "A1 A6"},
		{"A6: from a habit, not without an older method's approval", func(w *world) *Strand {
			o := w.strand(office, edge, 1, 5, 8, 12, 14)
			s := w.strand(hotel, phone, 50)
			s.DeviceID = "d2"
			w.a.Registered = []Registration{{Device: "d2", Strand: o, At: at(3, 10)}}
			return s
		}, ""},
		{"A6: not from a stranger's strand", func(w *world) *Strand {
			o := w.strand(host, chrome, 49)
			s := w.strand(hotel, phone, 50)
			s.DeviceID = "d2"
			w.a.Registered = []Registration{{Device: "d2", Strand: o, At: at(49, 10), Older: true}}
			return s
		}, ""},
		{"A6: not for what the device did before", func(w *world) *Strand {
			o := w.strand(office, edge, 1, 2, 3).on(laptop)
			s := w.strand(hotel, phone, 2)
			s.DeviceID = "d2"
			w.a.Registered = []Registration{{Device: "d2", Strand: o, At: at(3, 10), Older: true}}
			return s
		}, ""},
		{"A7: a session that moves on", func(w *world) *Strand {
			w.strand(office, edge, 1, 2, 3).on(laptop).in("S")
			s := w.strand(hotel, edge, 4).in("S")
			s.DeviceID = laptop
			s.From, s.To = at(4, 9), at(4, 10)
			w.a.Strands[0].DeviceTrust = false
			w.t.Workplaces["192.0.2.10/32"] = true
			return s
		}, "A7"},
		{"A7: not when the two overlap", func(w *world) *Strand {
			w.strand(office, edge, 1, 2, 3).in("S")
			w.t.Workplaces["192.0.2.10/32"] = true
			return w.strand(hotel, edge, 2).in("S")
		}, ""},
		{"A7: not with another client", func(w *world) *Strand {
			w.strand(office, edge, 1, 2, 3).in("S")
			w.t.Workplaces["192.0.2.10/32"] = true
			return w.strand(hotel, chrome, 4).in("S")
		}, ""},
		{"V8: an application is tied to no person", func(w *world) *Strand {
			s := w.strand(office, edge, every(1, 40, 1)...).on(laptop)
			s.App = "app-1"
			return s
		}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			s := c.make(w)
			Anchor(w.a, w.t)
			if got := anchors(s); got != c.want {
				t.Errorf("anchors %q, want %q", got, c.want)
			}
		})
	}
}

// TestWorkplaces holds A3: three accounts, each on three days through a firm anchor.
func TestWorkplaces(t *testing.T) {
	account := func(days ...int) []*Strand {
		w := newWorld()
		w.strand(home, edge, 1, 2, 3).on(laptop)
		w.strand(office, edge, days...).on(laptop)
		w.strand(hotel, chrome, 1, 2, 3) // no anchor
		Anchor(w.a, w.t)
		return w.a.Strands
	}
	var three, two Workplaces
	three.Add("a", account(1, 2, 3))
	three.Add("b", account(4, 5, 6))
	three.Add("c", account(7, 8, 9))
	two.Add("a", account(1, 2, 3))
	two.Add("b", account(1, 2, 3))
	two.Add("c", account(1, 2))
	if got := fmt.Sprint(three.Networks()); got != "map[192.0.2.10/32:true 192.0.2.77/32:true]" {
		t.Error("three accounts:", got)
	}
	if two.Networks()["192.0.2.10/32"] {
		t.Error("two accounts and a short third made a workplace")
	}
	if a := three.Anchored(); !a["192.0.2.10/32"] || a["198.51.100.5/32"] {
		t.Error("anchored networks:", a)
	}
}

// TestResolve holds the conditions of section 5: what a strand's anchors and
// the owner's word leave of an item.
func TestResolve(t *testing.T) {
	none := func(w *world) *Strand { return w.strand(host, chrome, 50) }
	device := func(w *world) *Strand { return w.strand(office, edge, every(1, 59, 2)...).on(laptop) }
	person := func(w *world) *Strand {
		s := none(w)
		w.a.Answers = []Answer{{Question: "s-" + s.ID, Mine: true, By: "Kim"}}
		return s
	}
	work := func(w *world) *Strand {
		s := none(w)
		w.t.Workplaces[s.Prefix.String()] = true
		return s
	}
	cases := []struct {
		rule, code string
		strand     func(*world) *Strand
		dishonest  bool
		want       string // item and grade
		severity   evict.Severity
	}{
		{"unanchored", "G1", none, false, "G1 strong", evict.High},
		{"A1 explains it", "G1", device, false, "G1 indicative", evict.Low},
		{"A5 explains it", "G1", person, false, "G1 indicative", evict.Low},
		{"unanchored means no anchor of any kind", "G1", work, false, "G1 indicative", evict.Low},
		{"G5 from a workplace", "G5", work, false, "administration indicative", evict.Low},
		{"G6 from a workplace", "G6", work, false, "administration indicative", evict.Low},
		{"V13: a workplace does not explain G2", "C5", work, true, "G2 strong", evict.High},
		{"V13: nor a strong item without the word unanchored", "G7", work, false, "G7 strong", evict.High},
		{"V26: the owner's word leaves fraud", "G7", person, false, "G7 strong", evict.High},
		{"V26: and hidden security notices", "C5", person, true, "G2 strong", evict.High},
		{"V26: but not a rule of another kind", "C5", person, false, "G2 indicative", evict.Low},
		{"V26: C2 stands against the owner's word", "C2", person, false, "C2 conclusive", evict.Critical},
		{"V26: C4 stands against the owner's word", "C4", person, false, "C4 conclusive", evict.Critical},
		{"C4 at a workplace is none", "C4", work, false, "C4 context", evict.Info},
		{"C2 on the owner's device is low", "C2", device, false, "C2 indicative", evict.Low},
		{"C8 needs a stranger's strand", "C8", work, false, "G15 strong", evict.High},
		{"C5 without an access item is G2", "C5", none, true, "G2 strong", evict.High},
		{"V17 in the owner's strand", "G18", device, false, "G18 context", evict.Info},
		{"V17 at a workplace is none", "G18", work, false, "G18 context", evict.Info},
		{"unplaced strong is medium", "G3", func(*world) *Strand { return nil }, false, "G3 strong", evict.Medium},
		{"unplaced hiding rule is G2", "C5", func(*world) *Strand { return nil }, true, "G2 strong", evict.Medium},
		{"place explained by a workplace", "new-country", work, false, "new-country indicative", evict.Low},
	}
	for _, c := range cases {
		t.Run(c.rule, func(t *testing.T) {
			w := newWorld()
			it := w.item(c.code, c.strand(w), at(50, 10), "it")
			it.NoHonestPurpose = c.dishonest
			Attribute(w.a, w.t)
			if got := it.Finding.Item + " " + it.Grade.String(); got != c.want || it.Severity != c.severity {
				t.Errorf("%s, %s; want %s, %s", got, it.Severity, c.want, c.severity)
			}
		})
	}
}

// TestReplay holds C1's last sentences and G11's exceptions.
func TestReplay(t *testing.T) {
	pair := func(w *world, code string, x, y *Strand) *Item {
		it := w.item(code, x, at(50, 10), "session in two places")
		it.Sides = []*Strand{y}
		Attribute(w.a, w.t)
		return it
	}
	t.Run("the session alone finds the other side", func(t *testing.T) {
		w := newWorld()
		o := w.strand(office, edge, every(40, 59, 1)...).in("S")
		x := w.strand(host, chrome, 50).in("S")
		w.strand(office, edge, every(1, 30, 3)...)
		it := w.item("C1", o, at(50, 10), "replay")
		Attribute(w.a, w.t)
		if it.Strand != x || o.Verdict != evict.ByOwner || x.Verdict != evict.ByAttacker {
			t.Errorf("blames %s; office %s, host %s", it.Strand.ID, o.Verdict, x.Verdict)
		}
	})
	t.Run("neither side is anchored: the later is the attacker's, the earlier unknown", func(t *testing.T) {
		w := newWorld()
		o, x := w.strand(office, edge, 49, 50).in("S"), w.strand(host, chrome, 50).in("S")
		pair(w, "C1", x, o)
		if o.Verdict != evict.ByUnknown || x.Verdict != evict.ByAttacker {
			t.Errorf("earlier %s, later %s", o.Verdict, x.Verdict)
		}
	})
	t.Run("V11: the proxy's side too, where the owner's device is known", func(t *testing.T) {
		w := newWorld()
		o := w.strand(office, edge, every(1, 59, 2)...).on(laptop)
		proxy, x := w.strand(home, chrome, 50).in("S"), w.strand(host, script, 50).in("S")
		proxy.From = at(50, 8)
		it := pair(w, "C1", proxy, x)
		if proxy.Verdict != evict.ByAttacker || x.Verdict != evict.ByAttacker || o.Verdict != evict.ByOwner {
			t.Errorf("proxy %s, user of the session %s, owner %s", proxy.Verdict, x.Verdict, o.Verdict)
		}
		proxy.From = at(48, 8) // an old session: it may have been stolen
		Attribute(w.a, w.t)
		if proxy.Verdict != evict.ByUnknown || it.Strand != x {
			t.Errorf("the old session's beginner is %s", proxy.Verdict)
		}
	})
	t.Run("V10: every stranger's strand that holds a kit's records", func(t *testing.T) {
		w := newWorld()
		kit, x := w.strand(host, script, 50), w.strand(hotel, chrome, 50)
		pair(w, "C2", x, kit)
		if kit.Verdict != evict.ByAttacker || x.Verdict != evict.ByAttacker {
			t.Errorf("kit %s, other client %s", kit.Verdict, x.Verdict)
		}
	})
	t.Run("V12: both clients at the address where a borrowed token is used, not where it was confirmed", func(t *testing.T) {
		w := newWorld()
		confirm := w.strand(home, edge, 50)
		broker, mail := w.strand(host, script, 50), w.strand(host, chrome, 50)
		it := w.item("C3", confirm, at(50, 10), "device code")
		it.Sides = []*Strand{broker, mail}
		broker.From, mail.From = at(50, 9.5), at(50, 9.7)
		Attribute(w.a, w.t)
		if confirm.Verdict == evict.ByAttacker || broker.Verdict != evict.ByAttacker || mail.Verdict != evict.ByAttacker {
			t.Errorf("confirmed in %s, used in %s and %s", confirm.Verdict, broker.Verdict, mail.Verdict)
		}
	})
	t.Run("the same device on both sides", func(t *testing.T) {
		w := newWorld()
		o, x := w.strand(office, edge, 49, 50).in("S"), w.strand(host, edge, 50).in("S")
		o.DeviceID, x.DeviceID = "d", "d"
		if it := pair(w, "C1", o, x); it.Grade != evict.Context {
			t.Error("grade", it.Grade)
		}
	})
	t.Run("a declared egress", func(t *testing.T) {
		w := newWorld()
		w.t.Declared = []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}
		if it := pair(w, "C1", w.strand(office, edge, 50).in("S"), w.strand(host, chrome, 50).in("S")); it.Grade != evict.Context {
			t.Error("grade", it.Grade)
		}
	})
	t.Run("G11 on an egress that anchored strands use", func(t *testing.T) {
		w := newWorld()
		w.strand(host, edge, 1, 2, 3).on(laptop)
		o := w.strand(office, edge, every(1, 59, 3)...).in("S")
		if it := pair(w, "G11", o, w.strand(host, edge, 50).in("S")); it.Grade == evict.Strong {
			t.Error("grade", it.Grade)
		}
	})
}

// TestKinds holds C6.
func TestKinds(t *testing.T) {
	build := func(codes []string, hours float64, dishonest string) *world {
		w := newWorld()
		s := w.strand(office, edge, 50)
		w.t.Workplaces[s.Prefix.String()] = true
		for i, c := range codes {
			it := w.item(c, s, at(50, 8+hours*float64(i)), c)
			it.NoHonestPurpose = c == dishonest
		}
		Attribute(w.a, w.t)
		return w
	}
	has := func(w *world) bool {
		return slices.ContainsFunc(w.a.Items, func(it *Item) bool { return it.Finding.Item == "C6" })
	}
	for _, c := range []struct {
		name      string
		codes     []string
		hours     float64
		dishonest string
		want      bool
	}{
		{"three kinds, one a hiding rule", []string{"role-granted", "account-made", "C5"}, 1, "", true},
		{"ordinary administration alone", []string{"role-granted", "account-made", "G5", "G6"}, 1, "", false},
		{"two kinds", []string{"role-granted", "role-granted", "C5"}, 1, "", false},
		{"over more than a day", []string{"role-granted", "account-made", "C5"}, 13, "", false},
		{"a purpose no honest person has", []string{"role-granted", "account-made", "G6"}, 1, "G6", true},
	} {
		if got := has(build(c.codes, c.hours, c.dishonest)); got != c.want {
			t.Errorf("%s: C6 %v", c.name, got)
		}
	}
	w := newWorld()
	s := w.strand(host, chrome, 50)
	for _, c := range []string{"G5", "G6", "C5"} { // all on one record, of three families
		w.item(c, s, at(50, 10), c).Evidence[0].Record = "same"
	}
	Attribute(w.a, w.t)
	if has(w) {
		t.Error("one record fed three kinds")
	}
}

// TestSameHand holds C7 and the spread of an attacker inside an account (V6, V10).
func TestSameHand(t *testing.T) {
	p, _ := netip.MustParseAddr(host).Prefix(32)
	hand := Hand{Account: "bob@contoso.example", Strand: "x1", Prefix: p, Client: chrome, Device: "d-bad", Session: "S-bad", Tokens: []string{"T-bad"}, From: at(50, 0), To: at(50, 1)}
	for _, c := range []struct {
		name string
		make func(*world) *Strand
		want evict.Attribution
	}{
		{"address and client within a day", func(w *world) *Strand { return w.strand(host, chrome, 50) }, evict.ByAttacker},
		{"two days later", func(w *world) *Strand { return w.strand(host, chrome, 52) }, evict.ByUnknown},
		{"another client", func(w *world) *Strand { return w.strand(host, edge, 50) }, evict.ByUnknown},
		{"at a workplace", func(w *world) *Strand { w.t.Workplaces[p.String()] = true; return w.strand(host, chrome, 50) }, evict.ByOwner},
		{"used by an anchored strand of another account", func(w *world) *Strand {
			w.t.Anchored = map[string]bool{p.String(): true}
			return w.strand(host, chrome, 50)
		}, evict.ByUnknown},
		{"used by an anchored strand of this account", func(w *world) *Strand {
			w.strand(host, chrome, 1, 2, 3).on(laptop)
			return w.strand(host, chrome, 50)
		}, evict.ByUnknown},
		{"linked by address itself: one step, not further", func(w *world) *Strand { w.t.Hands[0].ByAddress = true; return w.strand(host, chrome, 50) }, evict.ByUnknown},
		{"session", func(w *world) *Strand { return w.strand(hotel, edge, 50).in("S-bad") }, evict.ByAttacker},
		{"device", func(w *world) *Strand { s := w.strand(hotel, edge, 50); s.DeviceID = "d-bad"; return s }, evict.ByAttacker},
		{"token", func(w *world) *Strand { s := w.strand(hotel, edge, 50); s.Tokens = []string{"T-bad"}; return s }, evict.ByAttacker},
		{"the account's own hand of an earlier round", func(w *world) *Strand { w.t.Hands[0].Account = w.a.Name; return w.strand(host, chrome, 50) }, evict.ByUnknown},
		{"inside: the attacker's device", func(w *world) *Strand {
			x := w.strand("203.0.113.5", chrome, 50)
			x.DeviceID = "d5"
			w.item("C2", x, at(50, 9), "kit")
			s := w.strand(hotel, edge, 51)
			s.DeviceID = "d5"
			return s
		}, evict.ByAttacker},
		{"inside: a session that the attacker began", func(w *world) *Strand {
			w.item("C2", w.strand("203.0.113.5", chrome, 50).in("S5"), at(50, 9), "kit")
			return w.strand(hotel, edge, 51).in("S5")
		}, evict.ByAttacker},
		{"inside: a session that the attacker stole", func(w *world) *Strand {
			s := w.strand(hotel, edge, 49, 51).in("S5")
			w.item("C2", w.strand("203.0.113.5", chrome, 50).in("S5"), at(50, 9), "kit")
			return s
		}, evict.ByUnknown},
		{"inside: an application that the attacker consented to", func(w *world) *Strand {
			x := w.strand("203.0.113.5", chrome, 50)
			w.item("C2", x, at(50, 9), "kit")
			w.item("G4", x, at(50, 9), "consent").Target = "app-1"
			s := w.strand(hotel, evict.Client{}, 51)
			s.App, s.Prefix = "app-1", netip.Prefix{}
			return s
		}, evict.ByAttacker},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			w.t.Hands = []Hand{hand}
			s := c.make(w)
			Attribute(w.a, w.t)
			if s.Verdict != c.want {
				t.Errorf("strand is %s, want %s: %v", s.Verdict, c.want, s.Reasons)
			}
		})
	}
}

// TestDecision holds V21 to V27.
func TestDecision(t *testing.T) {
	x := func(w *world) *Strand { return w.strand(host, chrome, 50) }
	for _, c := range []struct {
		rule string
		make func(*world)
		want evict.Verdict
	}{
		{"V22: two strong items of different families", func(w *world) {
			s := x(w)
			w.item("G3", s, at(50, 9), "method")
			w.item("G9", s, at(50, 10), "sync")
		}, evict.Compromised},
		{"V22: of one family they only suspect", func(w *world) {
			s := x(w)
			w.item("G3", s, at(50, 9), "method")
			w.item("G1", s, at(50, 10), "forwarding")
		}, evict.Suspected},
		{"V22: in strands that nothing links they only suspect", func(w *world) {
			w.item("G3", x(w), at(50, 9), "method")
			w.item("G9", w.strand(hotel, edge, 20), at(20, 10), "sync")
		}, evict.Suspected},
		{"V22: linked by session", func(w *world) {
			w.item("G3", x(w).in("S"), at(50, 9), "method")
			w.item("G9", w.strand(hotel, edge, 51).in("S"), at(51, 10), "sync")
		}, evict.Compromised},
		{"V22: unplaced items do not combine", func(w *world) {
			w.item("G3", nil, at(50, 9), "method")
			w.item("G9", x(w), at(50, 10), "sync")
		}, evict.Suspected},
		{"V22: one strong, two indicative of two other families, one of them access", func(w *world) {
			s := x(w)
			w.item("G3", s, at(50, 9), "method")
			w.item("new-country", s, at(50, 9), "country")
			w.item("signature", s, at(50, 10), "signature")
		}, evict.Compromised},
		{"V22: the indicative ones must be of other families", func(w *world) {
			s := x(w)
			w.item("G3", s, at(50, 9), "method")
			w.item("new-country", s, at(50, 9), "country")
			w.item("new-method", s, at(50, 10), "another method")
		}, evict.Suspected},
		{"G8 without a baseline is indicative", func(w *world) {
			w.week()
			w.item("G8", w.strand(host, chrome, 58), at(58, 9), "bulk")
		}, evict.Unknown},
		{"G8 with one is strong", func(w *world) { w.item("G8", x(w), at(50, 9), "bulk") }, evict.Suspected},
		{"section 3: what an anchor explained is no first trouble", func(w *world) {
			w.item("G3", w.strand(office, edge, every(1, 59, 2)...).on(laptop), at(16, 10), "own phone")
			s := w.strand(home, chrome, every(17, 59, 2)...)
			w.item("G1", s, at(50, 10), "forwarding")
			w.item("G9", s, at(50, 11), "sync")
		}, evict.Unknown},
		{"V22: none of them access or session", func(w *world) {
			s := x(w)
			w.item("G3", s, at(50, 9), "method")
			w.item("role-granted", s, at(50, 9), "role")
			w.item("signature", s, at(50, 10), "signature")
		}, evict.Suspected},
		{"V21: state never makes compromised", func(w *world) {
			for _, code := range []string{"C5", "G1", "G5"} {
				w.item(code, nil, evict.Time{}, code).StateOnly = true
			}
		}, evict.Suspected},
		{"V21: not beside an act in the same strand either", func(w *world) {
			s := x(w)
			w.item("C5", s, at(50, 9), "rule in a dump").StateOnly = true
			w.item("G1", s, at(50, 9), "forwarding")
		}, evict.Suspected},
		{"V21: an alert adds nothing to the record it was raised on", func(w *world) {
			s := x(w)
			it := w.item("G1", s, at(50, 9), "forwarding")
			alert := w.item("G14", s, at(50, 9), "alert on forwarding")
			alert.Evidence = append(alert.Evidence, evict.Ref{Record: it.Evidence[0].Record, Role: "context"})
		}, evict.Suspected},
		{"V21: with a ground of its own it does", func(w *world) {
			s := x(w)
			w.item("G1", s, at(50, 9), "forwarding")
			w.item("G14", s, at(50, 9), "threat intelligence")
		}, evict.Compromised},
		{"V23: three indicative items of two families", func(w *world) {
			s := x(w)
			w.item("new-country", s, at(50, 9), "country")
			w.item("new-provider", s, at(50, 9), "provider")
			w.item("signature", s, at(50, 10), "signature")
		}, evict.Suspected},
		{"section 5: at most two per family count", func(w *world) {
			s := x(w)
			for range 5 {
				w.item("new-country", s, at(50, 9), "country")
			}
		}, evict.Unknown},
		{"section 5: one record feeds one item per family", func(w *world) {
			s := x(w)
			a := w.item("new-country", s, at(50, 9), "country")
			w.item("new-provider", s, at(50, 9), "provider").Evidence = a.Evidence
			w.item("signature", s, at(50, 10), "signature")
		}, evict.Unknown},
		{"V23: a reported symptom that a record confirms", func(w *world) {
			w.a.Reported = &evict.Reported{Symptoms: []int{10}, At: at(51, 0)}
			w.item("signature", x(w), at(50, 10), "signature").Symptoms = []int{10}
		}, evict.Suspected},
		{"V20: another's act on the mailbox", func(w *world) {
			w.item("G1", nil, at(50, 9), "forwarding set by bob").Actor = "bob@contoso.example"
		}, evict.Clear},
		{"G17 alone", func(w *world) { w.item("G17", nil, at(50, 9), "confirmed by Kim").Placeless = true }, evict.Suspected},
		{"G17 with its ground in the case", func(w *world) {
			w.item("G17", nil, at(50, 9), "confirmed by Kim").Placeless = true
			w.item("G1", x(w), at(50, 9), "forwarding")
		}, evict.Compromised},
		{"C9: the owner denies the sign-in", func(w *world) {
			s := x(w)
			w.a.Answers = []Answer{{Question: "s-" + s.ID, By: "Kim", How: "telephone"}}
		}, evict.Compromised},
		{"C9: not on a mailbox that others use", func(w *world) {
			s := x(w)
			w.a.Shared = true
			w.a.Answers = []Answer{{Question: "s-" + s.ID, By: "Kim", How: "telephone"}}
		}, evict.Suspected},
		{"C9: not on the owner's own device", func(w *world) {
			s := w.strand(office, edge, every(1, 59, 2)...).on(laptop)
			w.a.Answers = []Answer{{Question: "s-" + s.ID, By: "Kim", How: "telephone"}}
		}, evict.Suspected},
		{"G16: the owner denies a change", func(w *world) {
			s := x(w)
			it := w.item("signature", s, at(50, 10), "signature")
			w.a.Answers = []Answer{{Question: "f-" + it.Finding.ID, By: "Kim", How: "telephone"}, {Question: "s-" + s.ID, Mine: true, By: "Kim"}}
		}, evict.Suspected},
		{"C8: the owner denies a mail that a stranger's strand sent", func(w *world) {
			it := w.item("G7", x(w), at(50, 10), "changed payment details")
			w.a.Answers = []Answer{{Question: "f-" + it.Finding.ID, By: "Kim", How: "telephone"}}
		}, evict.Compromised},
	} {
		t.Run(c.rule, func(t *testing.T) {
			w := newWorld()
			c.make(w)
			wantVerdict(t, w.judge(), c.want)
		})
	}
}

// TestClearNeeds holds V24 and section 7: each thing taken away makes clear unknown, and says so.
func TestClearNeeds(t *testing.T) {
	whole := func() *world {
		w := newWorld()
		w.strand(office, edge, every(1, 59, 2)...).on(laptop)
		return w
	}
	got := whole().judge()
	wantVerdict(t, got, evict.Clear)
	if len(got.NextSteps)+len(got.NotExcluded)+len(got.Questions) > 0 {
		t.Errorf("clear leaves open: %v %v %v", got.NextSteps, got.NotExcluded, got.Questions)
	}
	wantText(t, "V32", got.Headline, "30 sign-ins in 1 strand")
	early := whole()
	early.strand(home, edge, 2).on(laptop) // before the window that is cleared
	wantText(t, "V32", early.judge().Headline, "30 sign-ins in 1 strand")
	kind := func(k evict.Kind, change func(*KindCoverage)) func(*world) {
		return func(w *world) {
			c := w.a.Coverage.Kinds[k]
			change(&c)
			w.a.Coverage.Kinds[k] = c
		}
	}
	for _, c := range []struct {
		name string
		take func(*world)
		says string
	}{
		{"no sign-ins", func(w *world) { delete(w.a.Coverage.Kinds, evict.SignIns) }, "interactive sign-ins (not given)"},
		{"no token sign-ins", func(w *world) { delete(w.a.Coverage.Kinds, evict.TokenSignIns) }, "Token theft shows only in non-interactive sign-ins"},
		{"refused", kind(evict.RuleState, func(c *KindCoverage) { c.Complete, c.Why = false, "refused" }), "inbox rules with hidden ones (refused)"},
		{"unstated", kind(evict.AdminAudit, func(c *KindCoverage) { c.Stated = false }), "nobody stated what was asked for"},
		{"too short", kind(evict.MailboxAudit, func(c *KindCoverage) { c.From = at(40, 0) }), "begins only on"},
		{"audit off", func(w *world) { w.a.Coverage.AuditOff = []string{"bypass set"} }, "bypass set"},
		{"damaged", func(w *world) { w.a.Coverage.Damaged = 1 }, "damaged"},
		{"rejected", func(w *world) { w.a.Coverage.Rejects = 1 }, "could not be read"},
		{"licence unknown", func(w *world) { w.a.Coverage.Licence = "" }, "licence is not known"},
		{"P2 without risk", func(w *world) { w.a.Coverage.Licence = "P2" }, "Risk was licensed and not read"},
		{"guest", func(w *world) { w.a.Guest = true }, "no stranger seen in this tenant"},
		{"shared", func(w *world) { w.a.Shared = true }, "shared mailbox"},
		{"tenant trigger (V33)", func(w *world) { w.t.TenantTrigger = "a role was granted" }, "The tenant is in question"},
		{"a strand of nobody", func(w *world) { w.strand(hotel, chrome, 50) }, "not tied to the owner"},
		{"read too early", func(w *world) { w.item("new-country", w.a.Strands[0], at(63, 0), "country") }, "The logs end less than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := whole()
			c.take(w)
			got := w.judge()
			wantVerdict(t, got, evict.Unknown)
			wantText(t, "not excluded", strings.Join(got.NotExcluded, "\n"), c.says)
			if len(got.NextSteps) == 0 {
				t.Error("V29: no next step")
			}
		})
	}
	w := whole()
	w.a.Coverage.Licence = "none"
	for _, k := range []evict.Kind{evict.SignIns, evict.TokenSignIns} {
		kind(k, func(c *KindCoverage) { c.From = at(50, 0) })(w)
	}
	wantVerdict(t, w.judge(), evict.Clear) // no P1: seven days of sign-ins are all there can be
	if out := whole().judge(); true {
		Withhold(&out, "a role was granted")
		wantVerdict(t, out, evict.Unknown)
	}
}

// TestWords holds V2, V28, V29 and section 8.
func TestWords(t *testing.T) {
	w := newWorld()
	w.week()
	s := w.strand(host, chrome, 58)
	w.item("C2", s, at(58, 10), "A kit client signed in")
	got := w.judge()
	wantText(t, "V2", got.Headline, "First seen 2026-02-28 09:00 UTC, between 2026-02-27 00:00 UTC and 2026-03-06 00:00 UTC; first access no later than 2026-02-28 09:00 UTC")
	wantText(t, "section 8", got.Headline, "The beginning is probably cut off: extend the window")
	wantText(t, "entry", got.Entry, "proxied sign-in (C2")
	wantText(t, "V28", got.Reasons[0].Text, "A kit client signed in, 2026-02-28 10:00 UTC, from 203.0.113.66 (Berlin, DE) with Outlook on the web / Chrome / Linux; known from 1 record (r02); not a person's browser")

	w = newWorld()
	w.strand(office, edge, 57, 58).on(laptop)
	w.week()
	got = w.judge()
	steps := strings.Join(got.NextSteps, "\n")
	// Sign-ins are kept for 30 days: from asOf 2026-03-06 the oldest left goes that day.
	wantText(t, "V29", steps, "Export interactive and non-interactive sign-ins of the account from 2026-02-04 00:00 UTC (the oldest of it is deleted on 2026-03-06)")
	wantText(t, "section 8", got.Headline, "(the oldest of these is deleted on 2026-03-06)")

	w = newWorld()
	w.item("G9", w.strand(host, chrome, 20), at(20, 9), "sync")
	delete(w.a.Coverage.Kinds, evict.SignIns)
	// The first record needed is of 2026-01-07 and gone; what is left goes from today on.
	wantText(t, "V29", strings.Join(w.judge().NextSteps, "\n"), "from 2026-01-07 09:00 UTC (what is older is gone; the oldest left is deleted on 2026-03-06)")

	w = newWorld()
	w.item("C2", w.strand(host, chrome, 50), at(50, 10), "kit")
	for i := range 12 {
		w.item("G3", w.strand(hotel, edge, 20+i), at(20+i, 10), "method").Question = "Which phone?"
	}
	got = w.judge()
	if len(got.Questions) != maxQuestions {
		t.Errorf("V29: %d questions", len(got.Questions))
	}
	if !slices.IsSortedFunc(got.Reasons, func(a, b evict.Reason) int { return int(b.Grade) - int(a.Grade) }) {
		t.Error("V28: reasons are out of order")
	}
	if got.Score != 100 {
		t.Error("V30: score", got.Score)
	}
}

// TestQuestions holds the questions to facts: what is asked, and what is not asked again.
func TestQuestions(t *testing.T) {
	w := newWorld()
	s := w.strand(office, edge, every(1, 59, 2)...).on(laptop)
	w.item("G3", s, at(50, 10), "A phone was registered")
	w.item("new-country", s, at(50, 10), "First sign-in from FR")
	got := w.judge()
	wantVerdict(t, got, evict.Clear)
	if len(got.Questions) != 1 {
		t.Fatalf("section 5: a strong item on the owner's device is asked about: %v", got.Questions)
	}
	wantText(t, "question", got.Questions[0].Text, "on device d0000001: 30 sign-ins; A phone was registered. Was that you?")
	w.a.Answers = []Answer{{Question: got.Questions[0].ID, Mine: true, By: "Kim"}}
	if got = w.judge(); len(got.Questions) != 0 {
		t.Errorf("asked again: %v", got.Questions)
	}

	// The owner owns up to the sign-in and denies one thing in it: that thing stays.
	w = newWorld()
	s = w.strand(hotel, chrome, 50)
	it := w.item("signature", s, at(50, 10), "The signature was changed")
	w.a.Answers = []Answer{{Question: "s-" + s.ID, Mine: true}, {Question: "f-" + it.Finding.ID}}
	got = w.judge()
	if !slices.ContainsFunc(got.Reasons, func(r evict.Reason) bool { return r.Item == "signature" }) {
		t.Errorf("the denied change is gone: %v", got.Reasons)
	}
}

// TestTrigger holds section 9.
func TestTrigger(t *testing.T) {
	w := newWorld()
	w.item("role-granted", w.strand(office, edge, every(1, 59, 2)...).on(laptop), at(50, 9), "A role was granted")
	Attribute(w.a, w.t)
	if got := Trigger([]*Account{w.a}, nil); got != "" {
		t.Error("the owner's own work triggers:", got)
	}
	w = newWorld()
	s := w.strand(host, chrome, 50)
	w.item("role-granted", s, at(50, 9), "A role was granted")
	Attribute(w.a, w.t)
	if got := Trigger([]*Account{w.a}, nil); got != "" {
		t.Error("an unanchored strand without a strong item triggers:", got)
	}
	w.item("G9", s, at(50, 10), "sync")
	Attribute(w.a, w.t)
	wantText(t, "trigger", Trigger([]*Account{w.a}, nil), "A role was granted (alice.smith@contoso.example, 2026-02-20 09:00 UTC)")
	w = newWorld()
	w.a.Administrator = true
	w.item("C2", w.strand(host, chrome, 50), at(50, 9), "kit")
	Attribute(w.a, w.t)
	wantText(t, "trigger", Trigger([]*Account{w.a}, nil), "administrator's account")
}

// TestEntry holds section 10: a claim needs its ground.
func TestEntry(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(*world)
		want string
	}{
		{"kit after a lure", func(w *world) {
			w.item("C2", w.strand(host, chrome, 50), at(50, 10), "kit")
			w.item("signature", nil, at(50, 8), "a lure was received").Techniques = []string{"T1566.002"}
		}, "proxied sign-in (C2, 2026-02-20 10:00 UTC; a lure was received)"},
		{"replay from a stranger's own sign-in", func(w *world) {
			x := w.strand(hotel, edge, 50).in("S")
			y := w.strand(host, chrome, 50).in("S")
			it := w.item("C1", x, at(50, 12), "replay")
			it.Sides = []*Strand{y}
		}, "proxied sign-in (C1 within a day"},
		{"replay from the owner's device", func(w *world) {
			x := w.strand(office, edge, every(1, 59, 2)...).on(laptop).in("S")
			w.item("C1", x, at(50, 12), "replay").Sides = []*Strand{w.strand(host, chrome, 50).in("S")}
		}, "stolen token or malware"},
		{"device code", func(w *world) { w.item("C3", w.strand(host, chrome, 50), at(50, 10), "code") }, "device code or pasted code"},
		{"consent and reading", func(w *world) {
			s := w.strand(host, chrome, 50)
			w.item("G4", s, at(50, 9), "consent").Target = "app-1"
			w.item("G9", s, at(50, 9.5), "sync")
			r := w.strand(hotel, evict.Client{}, 51)
			r.App, r.Mailbox, r.Prefix = "app-1", 5, netip.Prefix{}
		}, "consent to an application"},
		{"prompts", func(w *world) {
			s := w.strand(host, chrome, 50)
			w.item("G12", s, at(50, 9), "prompts").Techniques = []string{"T1621"}
			w.item("G9", s, at(50, 9.5), "sync")
		}, "prompt fatigue"},
		{"the password alone", func(w *world) {
			s := w.strand(host, chrome, 50)
			s.PasswordOnly = 1
			w.item("G9", s, at(50, 9.5), "sync")
			w.item("G1", s, at(50, 9.5), "forwarding")
		}, "password known from elsewhere"},
		{"nothing to go by", func(w *world) {
			s := w.strand(host, chrome, 50)
			w.item("G9", s, at(50, 9.5), "sync")
			w.item("G1", s, at(50, 9.5), "forwarding")
		}, "not established: the mail received before the first access"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			c.make(w)
			got := w.judge()
			wantVerdict(t, got, evict.Compromised)
			wantText(t, "entry", got.Entry, c.want)
		})
	}
}

// TestExposure holds V4 and V20: what others did to a mailbox, and what could not be measured.
func TestExposure(t *testing.T) {
	w := newWorld()
	s := w.strand(host, chrome, 50)
	w.item("G5", s, at(50, 9), "Full access was given").Target = "Bob@contoso.example"
	Attribute(w.a, w.t)
	opened := Exposed([]*Account{w.a})
	if len(opened) != 1 || !opened["bob@contoso.example"] {
		t.Fatal("opened:", opened)
	}
	b := newWorld()
	b.a.Name, b.t.Exposed = "Bob@contoso.example", opened
	got := b.judge()
	if got.Exposure != evict.ExposurePossible || got.Verdict != evict.Clear {
		t.Error(got.Exposure, got.Verdict)
	}
	b.a.OutsideReads = 3
	if got = b.judge(); got.Exposure != evict.ExposureConfirmed {
		t.Error(got.Exposure)
	}
	own := newWorld()
	work := own.strand(office, edge, 50)
	own.t.Workplaces[work.Prefix.String()] = true
	own.item("G5", work, at(50, 9), "Full access was given").Target = "bob@contoso.example"
	Attribute(own.a, own.t)
	if opened := Exposed([]*Account{own.a}); len(opened) > 0 {
		t.Error("an administrator's ordinary work exposes:", opened)
	}
	off := newWorld()
	off.a.Coverage.AuditOff = []string{"ingestion was off"}
	if got = off.judge(); got.Exposure != evict.ExposureNotMeasurable {
		t.Error(got.Exposure)
	}
}

// TestStateAndLog holds section 8: states alone speak of one moment, and a log alone not of the present.
func TestStateAndLog(t *testing.T) {
	w := newWorld()
	w.a.FirstSeen, w.a.LastSeen, w.a.Coverage.Window = evict.Time{}, evict.Time{}, evict.Window{}
	delete(w.a.Coverage.Kinds, evict.SignIns)
	got := w.judge()
	if got.Window != (evict.Window{From: w.a.AsOf, To: w.a.AsOf}) {
		t.Error("V2: window", got.Window)
	}
	w = newWorld()
	delete(w.a.Coverage.Kinds, evict.MailboxState)
	it := w.item("G1", w.strand(host, chrome, 50), at(50, 9), "forwarding")
	wantText(t, "reason", w.judge().Reasons[0].Text, "whether it still exists is not known")
	it.Lifetime = &evict.Lifetime{From: at(50, 9), To: at(50, 12)}
	if text := w.judge().Reasons[0].Text; strings.Contains(text, "still exists") {
		t.Error("its end was seen:", text)
	}
}

// TestRestriction holds V23 on a bar on sending: only the owner's own bulk mail explains it.
func TestRestriction(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(*world)
		want evict.Verdict
	}{
		{"nothing was sent", func(*world) {}, evict.Suspected},
		{"the owner's monthly newsletter", func(w *world) { w.a.Strands[0].Bulk = []evict.Time{at(51, 10)} }, evict.Clear},
		{"the owner's, of last week", func(w *world) { w.a.Strands[0].Bulk = []evict.Time{at(44, 10)} }, evict.Suspected},
		{"and a stranger's as well", func(w *world) {
			w.a.Strands[0].Bulk = []evict.Time{at(51, 10)}
			w.strand(host, chrome, 51).Bulk = []evict.Time{at(51, 10)}
		}, evict.Suspected},
	} {
		w := newWorld()
		w.strand(office, edge, every(1, 59, 2)...).on(laptop)
		c.make(w)
		for _, when := range []evict.Time{at(51, 11), {}} { // an alert, and the list of today
			it := w.item("restricted", nil, when, "barred from sending")
			it.Placeless, it.Symptoms, it.StateOnly = true, []int{5}, !when.Set
		}
		t.Run(c.name, func(t *testing.T) { wantVerdict(t, w.judge(), c.want) })
	}
}

// TestSymptoms holds the three answers to a symptom.
func TestSymptoms(t *testing.T) {
	w := newWorld()
	w.t.Symptoms = map[string][]int{"d-one": {3}, "d-two": {3, 9}}
	w.a.Checks = []Check{{Check: evict.Check{Detector: "d-one", Status: evict.Done}}, {Check: evict.Check{Detector: "d-two", Status: evict.Blind, Why: "no rules"}}}
	w.item("signature", nil, at(50, 9), "signature").Symptoms = []int{10}
	got := w.judge().Symptoms
	for n, want := range map[int]string{1: "cannot see", 3: "cannot see", 9: "cannot see", 10: "seen"} {
		if got[n-1].Status != want {
			t.Errorf("S%d %s, want %s", n, got[n-1].Status, want)
		}
	}
	w.a.Checks[1].Status = evict.Done
	if s := w.judge().Symptoms[8]; s.Status != "not seen" {
		t.Error("S9", s.Status)
	}
}

// TestThresholds holds the table to the constants: each figure of the code is printed.
func TestThresholds(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "thresholds.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	printed := map[string]bool{}
	var consts []string
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if v, ok := s.(*ast.ValueSpec); ok && d.Tok == token.CONST {
					consts = append(consts, v.Names[0].Name)
				}
			}
		case *ast.FuncDecl:
			if d.Name.Name == "Thresholds" {
				ast.Inspect(d, func(n ast.Node) bool {
					if id, ok := n.(*ast.Ident); ok {
						printed[id.Name] = true
					}
					return true
				})
			}
		}
	}
	for _, c := range consts {
		if c != "day" && !printed[c] {
			t.Errorf("%s is not in the table", c)
		}
	}
	for _, row := range Thresholds() {
		if row.Name == "" || row.Value == "" || row.Rule == "" {
			t.Errorf("incomplete row %+v", row)
		}
	}
}
