package verdict

import (
	"encoding/json"
	"fmt"
	"testing"

	"evict"

	"pgregory.net/rapid"
)

// A plan is a drawn life, from which equal worlds can be made again and again.
type plan struct {
	strands []strandPlan
	items   []itemPlan
	week    bool
	hand    bool
	answer  int
	asked   bool // about the first item too
}

type strandPlan struct {
	address string
	client  evict.Client
	days    []int
	device  string
	trusted bool
	session string
}

type itemPlan struct {
	code      string
	strand    int
	day, hour int
	dishonest bool
	state     bool
	declared  bool
	others    bool
}

var (
	codes   = []string{"C1", "C2", "C3", "C4", "C5", "C8", "C10", "G1", "G3", "G4", "G5", "G6", "G7", "G8", "G9", "G10", "G11", "G12", "G14", "G17", "G18", "new-country", "new-provider", "role-granted", "account-made", "signature", "new-method", "bulk-mail", "restricted"}
	places  = []string{office, home, hotel, host}
	clients = []evict.Client{edge, chrome, phone, script, {}}
)

func drawPlan(t *rapid.T) plan {
	p := plan{week: rapid.Bool().Draw(t, "week"), hand: rapid.Bool().Draw(t, "hand"), answer: rapid.IntRange(0, 3).Draw(t, "answer")}
	for range rapid.IntRange(1, 5).Draw(t, "strands") {
		p.strands = append(p.strands, strandPlan{
			address: rapid.SampledFrom(places).Draw(t, "address"), client: rapid.SampledFrom(clients).Draw(t, "client"),
			days:   every(rapid.IntRange(0, 30).Draw(t, "from"), rapid.IntRange(30, 60).Draw(t, "to"), rapid.IntRange(1, 20).Draw(t, "step")),
			device: rapid.SampledFrom([]string{"", "d1", "d2"}).Draw(t, "device"), trusted: rapid.Bool().Draw(t, "trusted"),
			session: rapid.SampledFrom([]string{"", "S1", "S2"}).Draw(t, "session"),
		})
	}
	for range rapid.IntRange(0, 6).Draw(t, "items") {
		p.items = append(p.items, drawItem(t, len(p.strands)))
		p.asked = true
	}
	return p
}

func drawItem(t *rapid.T, strands int) itemPlan {
	return itemPlan{
		code: rapid.SampledFrom(codes).Draw(t, "code"), strand: rapid.IntRange(-1, strands-1).Draw(t, "strand"),
		day: rapid.IntRange(0, 59).Draw(t, "day"), hour: rapid.IntRange(0, 23).Draw(t, "hour"),
		dishonest: rapid.Bool().Draw(t, "dishonest"), state: rapid.IntRange(0, 9).Draw(t, "state") == 0,
		declared: rapid.IntRange(0, 9).Draw(t, "declared") == 0, others: rapid.IntRange(0, 9).Draw(t, "others") == 0,
	}
}

func (p plan) build() *world {
	w := newWorld()
	for _, sp := range p.strands {
		s := w.strand(sp.address, sp.client, sp.days...).in(sp.session)
		s.DeviceID, s.DeviceTrust = sp.device, sp.trusted && sp.device != ""
	}
	for _, ip := range p.items {
		var s *Strand
		if ip.strand >= 0 && !ip.state {
			s = w.a.Strands[ip.strand]
		}
		it := w.item(ip.code, s, at(ip.day, float64(ip.hour)), ip.code+" on "+fmt.Sprint(ip.day))
		it.NoHonestPurpose, it.StateOnly, it.Declared = ip.dishonest, ip.state, ip.declared
		if ip.others {
			it.Actor = "bob@contoso.example"
		}
	}
	if p.week {
		w.week()
	}
	if p.hand {
		first := w.a.Strands[0]
		w.t.Hands = []Hand{{Account: "bob@contoso.example", Strand: "x", Prefix: first.Prefix, Client: first.ClientFamily, From: first.From, To: first.To}}
	}
	if p.answer > 0 {
		w.a.Answers = []Answer{{Question: "s-" + w.a.Strands[0].ID, Mine: p.answer == 2, By: "Kim"}}
		if p.asked {
			w.a.Answers = append(w.a.Answers, Answer{Question: "f-" + w.a.Items[0].Finding.ID, Mine: p.answer == 1, By: "Kim"})
		}
	}
	return w
}

func answer(w *world) string {
	b, err := json.Marshal(w.judge())
	if err != nil {
		panic(err)
	}
	return string(b)
}

// TestOrder: the order of strands and items, a second run and
// duplicates change nothing, byte for byte.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		want := answer(p.build())
		w := p.build()
		w.a.Strands = rapid.Permutation(w.a.Strands).Draw(t, "strands")
		for _, it := range w.a.Items {
			if rapid.Bool().Draw(t, "double") {
				f, again := *it.Finding, *it
				again.Finding = &f
				w.a.Items = append(w.a.Items, &again)
			}
		}
		w.a.Items = rapid.Permutation(w.a.Items).Draw(t, "items")
		if got := answer(w); got != want {
			t.Fatal("shuffled and doubled: ", difference(got, want))
		}
		if got := answer(w); got != want {
			t.Fatal("judged twice: ", difference(got, want))
		}
	})
}

// TestMoreEvidence holds V1: one more item never makes clear what was
// not, and never less than suspected what was compromised unless it only
// shows that the account's baseline is shorter than thought.
func TestMoreEvidence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		before := p.build().judge()
		p.items = append(p.items, drawItem(t, len(p.strands)))
		after := p.build().judge()
		if before.Verdict != evict.Clear && after.Verdict == evict.Clear {
			t.Fatalf("%s became clear with %+v", before.Verdict, p.items[len(p.items)-1])
		}
		if before.Verdict == evict.Compromised && after.Verdict == evict.Unknown {
			t.Fatalf("compromised became unknown with %+v", p.items[len(p.items)-1])
		}
	})
}

// TestNoClearWithoutCoverage: whatever else is true, a gap forbids clear.
func TestNoClearWithoutCoverage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawPlan(t).build()
		k := rapid.SampledFrom(append(append([]evict.Kind{evict.SignIns, evict.TokenSignIns}, auditKinds...), stateKinds...)).Draw(t, "kind")
		switch rapid.IntRange(0, 2).Draw(t, "gap") {
		case 0:
			delete(w.a.Coverage.Kinds, k)
		case 1:
			w.a.Coverage.Kinds[k] = KindCoverage{From: at(0, 0), To: at(64, 0), Stated: true, Why: "capped"}
		case 2:
			w.a.Coverage.Kinds[k] = KindCoverage{From: at(0, 0), To: at(64, 0), Complete: true}
		}
		if got := w.judge(); got.Verdict == evict.Clear {
			t.Fatal("clear with a gap in", k)
		}
	})
}

// TestVerdictSays holds V2, V29 and the shape of the answer for any life.
func TestVerdictSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		got := drawPlan(t).build().judge()
		if !got.Window.From.Set || !got.Window.To.Set || got.Headline == "" {
			t.Fatal("V2: no window or headline")
		}
		open := got.Verdict == evict.Suspected || got.Verdict == evict.Unknown
		if open && len(got.NextSteps) == 0 || len(got.NextSteps) > maxNextSteps || len(got.Questions) > maxQuestions {
			t.Fatalf("V29: %d steps, %d questions", len(got.NextSteps), len(got.Questions))
		}
		if (got.Verdict == evict.Compromised || got.Verdict == evict.Suspected) && len(got.Reasons) == 0 {
			t.Fatal("V28: no reason")
		}
		for _, s := range got.Strands {
			if s.Verdict == evict.ByOwner && len(s.Anchors) == 0 {
				t.Fatal("V10: an owner's strand without an anchor")
			}
			if len(s.Reasons) == 0 {
				t.Fatal("V10: a strand without reasons")
			}
		}
		if got.Score == scoreConclusive && got.Verdict == evict.Unknown {
			t.Fatal("V30: a conclusive item and unknown")
		}
	})
}

// difference shows where two texts part.
func difference(got, want string) string {
	i := 0
	for i < min(len(got), len(want)) && got[i] == want[i] {
		i++
	}
	from := max(0, i-80)
	return fmt.Sprintf("...%s\nwant ...%s", got[from:min(len(got), i+200)], want[from:min(len(want), i+200)])
}
