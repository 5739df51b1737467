package lab

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"evict"
	"evict/internal/simtenant/scenarios"
)

// A TenantResult is how a program did on one made tenant.
type TenantResult struct {
	Name     string
	Hard     bool
	Days     int // of evidence
	UserDays int
	Records  int

	// The attacker's events that let somebody in: failed sign-ins are left out,
	// because they make no strand.
	Right      int // attributed to the attacker, truly his
	Wrong      int // attributed to the attacker, truly the owner's or Microsoft's
	ToOwner    int // his, attributed to the owner
	Undecided  int // his, in a strand that the program leaves open
	Unplaced   int // his, and no strand shows whose hand it was
	Absent     int // his, on no timeline
	Verdicts   []string
	Mistakes   []string // accounts whose verdict is not among the right ones
	Accused    []string // accounts that no attack concerns, found compromised or suspected
	Grounds    []string // the reasons of those verdicts, and of those on the accounts concerned
	MediumUp   int      // findings of medium or higher; on a tenant without an attacker each is noise
	Low        int
	Noise      []evict.Finding // those findings, for the reader
	WrongShown []string        // some of the wrong records
	MissShown  []string        // some of the missed records
}

// Precision is how much of what was called the attacker's is his; 1 when nothing was.
func (r *TenantResult) Precision() float64 { return share(r.Right, r.Right+r.Wrong) }

// Recall is how much of his was called his.
func (r *TenantResult) Recall() float64 {
	return share(r.Right, r.Right+r.ToOwner+r.Undecided+r.Unplaced+r.Absent)
}

func share(part, all int) float64 {
	if all == 0 {
		return 1
	}
	return float64(part) / float64(all)
}

// A Trial is a tenant to be made and scored.
type Trial struct {
	Name   string
	Hard   bool
	Config Config
}

// attacks are the scenarios that the evaluation makes tenants of. Each one's
// place is its seed: new ones go to the end.
var attacks = []string{
	"aitm-invoice", "spray-forward", "consent", "device-code", "phishing-wave", "admin-takeover", "hour-rule", "no-rule", "delegate",
	"one-session", "same-city", "same-agent", "residential", "gateway", "in-baseline",
}

// Trials are the tenants of the evaluation: attacks with all their days and
// with the last seven, and life without an attacker.
func Trials(seed uint64) []Trial {
	var out []Trial
	for i, name := range attacks {
		s, _ := scenarios.Find(name)
		for _, last := range []int{0, 7} {
			out = append(out, Trial{name, s.Hard, Config{Seed: seed + uint64(i), Users: 14, Days: 40, Rate: 0.4, Scenario: name, LastDays: last}})
		}
	}
	for _, last := range []int{0, 7} {
		out = append(out,
			Trial{"life-office", false, Config{Seed: seed + 100, Users: 40, Days: 60, Rate: 0.4, LastDays: last}},
			Trial{"life-gateway", false, Config{Seed: seed + 101, Users: 20, Days: 60, Rate: 0.4, Gateway: true, LastDays: last}},
			Trial{"life-small", false, Config{Seed: seed + 102, Users: 6, Days: 90, Rate: 0.4, LastDays: last}},
			Trial{"life-audit-only", false, Config{Seed: seed + 103, Users: 25, Days: 60, Rate: 0.4, Bare: true, LastDays: last}},
			Trial{"life-application", false, Config{Seed: seed + 104, Users: 14, Days: 60, Rate: 0.4, Heavy: true, LastDays: last}})
	}
	return out
}

// Run makes the tenant under dir, runs the program on it, and compares.
func (tr Trial) Run(ctx context.Context, dir string, program Program) (TenantResult, error) {
	r := TenantResult{Name: tr.Name, Hard: tr.Hard, Days: tr.Config.Days}
	x, err := Make(tr.Config)
	if err != nil {
		return r, err
	}
	if tr.Config.LastDays > 0 {
		r.Days = tr.Config.LastDays
	}
	r.UserDays = tr.Config.Users * r.Days
	form := NDJSON
	if tr.Config.Seed%2 == 0 {
		form = PurviewCSV
	}
	dir = filepath.Join(dir, fmt.Sprintf("%s-%d", tr.Name, r.Days))
	defer os.RemoveAll(dir)
	if err := x.Write(dir, form, 1); err != nil {
		return r, err
	}
	truth := x.Truth()
	r.Records = len(truth.Records)
	said := map[string]evict.Attribution{}
	inv, err := program(ctx, Query{Paths: []string{dir}, Accounts: x.Users, Row: func(_ string, record evict.RecordID, by evict.Attribution) {
		id := strings.ToLower(string(record))
		if rank(by) > rank(said[id]) {
			said[id] = by
		}
	}})
	if err != nil {
		return r, err
	}
	r.compare(x, truth, said)
	r.verdicts(truth, inv)
	r.noise(truth, inv)
	return r, nil
}

// rank orders what the timelines of several accounts say of one record: the
// strongest word counts.
func rank(a evict.Attribution) int {
	switch a {
	case evict.ByAttacker:
		return 4
	case evict.ByOwner:
		return 3
	case evict.ByUnknown:
		return 2
	case "":
		return 0
	}
	return 1
}

const shown = 6

func (r *TenantResult) compare(x *Export, truth Truth, said map[string]evict.Attribution) {
	seen := map[string]bool{}
	for log := range x.Logs {
		for i := range x.Logs[log] {
			rec := &x.Logs[log][i]
			id := rec.Key()
			if id == "" || seen[id] || truth.Failed[id] {
				continue
			}
			seen[id] = true
			by := said[id]
			where := rec.Time.Format("2006-01-02T15:04:05Z ") + rec.Op + " by " + rec.User + " (truly " + string(rec.Hand) + "): " + cmp.Or(string(by), "on no timeline")
			switch {
			case rec.Hand != scenarios.Attacker && by == evict.ByAttacker:
				r.Wrong++
				if len(r.WrongShown) < shown {
					r.WrongShown = append(r.WrongShown, where)
				}
			case rec.Hand != scenarios.Attacker:
			case by == evict.ByAttacker:
				r.Right++
			default:
				r.miss(by, where)
			}
		}
	}
}

func (r *TenantResult) miss(by evict.Attribution, where string) {
	switch by {
	case evict.ByOwner:
		r.ToOwner++
	case evict.ByUnknown:
		r.Undecided++
	case "":
		r.Absent++
	default:
		r.Unplaced++
	}
	if len(r.MissShown) < shown {
		r.MissShown = append(r.MissShown, where)
	}
}

func (r *TenantResult) verdicts(truth Truth, inv *evict.Investigation) {
	got := map[string]*evict.Account{}
	for i := range inv.Accounts {
		got[strings.ToLower(inv.Accounts[i].Account)] = &inv.Accounts[i]
	}
	for _, name := range truth.Accounts {
		want, concerned := truth.Expect[name]
		v := verdictOf(got[name])
		switch {
		case concerned:
			r.grounds(got[name])
			right := want.Full
			if r.Days == 7 {
				right = want.Cut
			}
			r.Verdicts = append(r.Verdicts, name+" "+v)
			if !slices.Contains(right, v) && !(v == "not listed" && slices.Contains(right, "unknown")) {
				r.Mistakes = append(r.Mistakes, fmt.Sprintf("%s is %s, not %s", name, v, strings.Join(right, " or ")))
			}
		case v == string(evict.Compromised) || v == string(evict.Suspected):
			r.Accused = append(r.Accused, name+" "+v)
			r.grounds(got[name])
		}
	}
	for name, a := range got { // accounts that the truth knows of no person for: service identities, typed names
		if !slices.Contains(truth.Accounts, name) && (a.Verdict == evict.Compromised || a.Verdict == evict.Suspected) {
			r.Accused = append(r.Accused, name+" "+string(a.Verdict))
			r.grounds(a)
		}
	}
	slices.Sort(r.Accused)
}

func (r *TenantResult) grounds(a *evict.Account) {
	if a == nil {
		return
	}
	for _, x := range a.Reasons {
		r.Grounds = append(r.Grounds, fmt.Sprintf("%s %s: %s %s %s: %s", a.Account, a.Verdict, x.Item, x.Grade, x.Family, x.Text))
	}
}

func (r *TenantResult) noise(truth Truth, inv *evict.Investigation) {
	if truth.Scenario != "" {
		return
	}
	for _, f := range findings(inv) {
		switch {
		case f.Severity >= evict.Medium:
			r.MediumUp++
		case f.Severity == evict.Low:
			r.Low++
		default:
			continue
		}
		r.Noise = append(r.Noise, f)
	}
}
