package respond

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"evict"
	"evict/internal/gate"
	"evict/internal/m365"
)

// TestApplyCarriesAPlanOut: every step verified, each object changed once, the order kept.
func TestApplyCarriesAPlanOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on, j := newTenant(), &line{}
		on.latency = 200 * time.Millisecond
		p := sealed(t, eleven(on))
		r := approved(t, on, j, p)
		hands := &handed{}
		r.Secrets = hands
		var news []Progress
		r.Progress = func(p Progress) { news = append(news, p) }
		s, err := r.Apply(t.Context())
		if err != nil || s.Count(Verified) != 11 {
			t.Fatalf("%v %v", states(s), err)
		}
		for object, n := range on.changes {
			if n != 1 {
				t.Errorf("%s was changed %d times", object, n)
			}
		}
		if err := on.witness(j.entries, p.Hash()); err != nil {
			t.Error(err)
		}
		if hands.shown == "" || hands.shown != on.password {
			t.Errorf("handed over %q, and the tenant has %q", hands.shown, on.password)
		}
		for _, e := range j.entries {
			if strings.Contains(string(e.Detail), on.password) {
				t.Errorf("the password is in the journal: %s", e.Detail)
			}
		}
		if on.sends[len(on.sends)-1] != "make sender" {
			t.Errorf("the sender was not the last: %v", on.sends)
		}
		if len(news) == 0 {
			t.Error("no progress was told")
		}
		// Once more: nothing is sent.
		before := len(on.sends)
		if s, err = runnerOf(t, on, j, p).Apply(t.Context()); err != nil || s.Count(Verified) != 11 || len(on.sends) != before {
			t.Errorf("again: %v %v, %d more requests", states(s), err, len(on.sends)-before)
		}
		if got := states(Standing(p, j.entries)); got["sender"] != Verified {
			t.Errorf("from the journal: %v", got)
		}
	})
}

// TestLockOutTakesThreeRoundTrips: from approval to the writes two, and the third reads back.
func TestLockOutTakesThreeRoundTrips(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := newTenant()
		on.latency = 200 * time.Millisecond
		r := approved(t, on, &line{}, sealed(t, eleven(on)))
		start, seen := time.Now(), map[string]time.Duration{}
		r.Progress = func(p Progress) {
			if _, ok := seen[p.Step]; p.State == Verified && !ok {
				seen[p.Step] = p.Time.Sub(start)
			}
		}
		if _, err := r.Apply(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, step := range []string{"block", "revoke", "reset"} {
			changed := on.history[step][len(on.history[step])-1].at.Sub(start)
			if changed > 2*on.latency {
				t.Errorf("%s changed after %s", step, changed)
			}
			if seen[step] > 4*on.latency+apart {
				t.Errorf("%s verified after %s", step, seen[step])
			}
		}
	})
}

// TestEachFault: what becomes of one step by what becomes of its sends.
func TestEachFault(t *testing.T) {
	always := func(f fault) func(int) fault { return func(int) fault { return f } }
	once := func(f fault) func(int) fault {
		return func(n int) fault {
			if n == 1 {
				return f
			}
			return well
		}
	}
	then := func(first, second fault) func(int) fault {
		return func(n int) fault {
			if n == 1 {
				return first
			}
			return second
		}
	}
	tests := []struct {
		fault   string
		f       func(int) fault
		want    map[evict.ActionID]State
		changes map[evict.ActionID]int
	}{
		{"refused", always(refuse), every(Failed), changes(0, 0, 0, 0)},
		{"not sent", always(nothing), every(Failed), changes(0, 0, 0, 0)},
		{"busy once", once(busy), every(Verified), changes(1, 1, 1, 1)},
		{"busy always", always(busy), every(Failed), changes(0, 0, 0, 0)},
		{"the token ended", once(expired), every(Verified), changes(1, 1, 1, 1)},
		{"the token is refused", always(expired), every(Failed), changes(0, 0, 0, 0)},
		{"yes, and nothing happens", always(liar), every(Unverified), changes(0, 0, 0, 0)},
		{"lost once", once(lost), with(every(Verified), "make", InDoubt), changes(1, 0, 1, 1)},
		{"lost always", always(lost), every(InDoubt), changes(0, 0, 0, 0)},
		{"unheard once", once(unheard), every(Verified), changes(1, 1, 2, 2)},
		{"unheard always", always(unheard), map[evict.ActionID]State{"set": Verified, "make": Verified, "stamp": InDoubt, "secret": InDoubt}, changes(1, 1, 3, 3)},
		{"unheard, then refused", then(unheard, refuse), map[evict.ActionID]State{"set": Verified, "make": Verified, "stamp": InDoubt, "secret": InDoubt}, changes(1, 1, 1, 1)},
		{"lost, then refused", then(lost, refuse), every(InDoubt), changes(0, 0, 0, 0)},
	}
	for _, x := range tests {
		for action, want := range x.want {
			t.Run(x.fault+"/"+string(action), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					on, j := newTenant(), &line{}
					on.fault = func(_, _ string, n int) fault { return x.f(n) }
					p := sealed(t, planOf(stepOf(on, action, "thing", "0", "1")))
					r := approved(t, on, j, p)
					s, err := r.Apply(t.Context())
					if err != nil || states(s)["thing"] != want {
						t.Errorf("%v %v, want %s", s.Steps[0].State, err, want)
					}
					if n := on.changes["thing"]; n != x.changes[action] {
						t.Errorf("%d changes, want %d", n, x.changes[action])
					}
					if err := on.witness(j.entries, p.Hash()); err != nil {
						t.Error(err)
					}
					hands := r.Secrets.(*handed)
					if want == Verified && action == "secret" && hands.shown != on.password || want != Verified && hands.shown != "" {
						t.Errorf("shown is %q, the tenant has %q", hands.shown, on.password)
					}
					if on.changes["thing"] != 0 && want != Verified && s.Steps[0].State == Failed {
						t.Error("something changed, and the step is called failed")
					}
				})
			})
		}
	}
}

func every(s State) map[evict.ActionID]State {
	return map[evict.ActionID]State{"set": s, "make": s, "stamp": s, "secret": s}
}

func with(m map[evict.ActionID]State, a evict.ActionID, s State) map[evict.ActionID]State {
	m[a] = s
	return m
}

func changes(set, makes, stamp, secret int) map[evict.ActionID]int {
	return map[evict.ActionID]int{"set": set, "make": makes, "stamp": stamp, "secret": secret}
}

// TestObjectsThatMoved: what is as wanted is left alone, what somebody else changed is not touched, and what can't be read is not guessed.
func TestObjectsThatMoved(t *testing.T) {
	tests := []struct {
		name  string
		value string // in the tenant, when the plan says 0 and wants 1
		deny  error
		phase evict.Phase
		want  State
		sends int
	}{
		{"as the plan says", "0", nil, evict.Evict, Verified, 1},
		{"as wanted", "1", nil, evict.Evict, Already, 0},
		{"changed by somebody else", "2", nil, evict.Evict, Stale, 0},
		{"not readable", "0", &m365.Error{Kind: m365.Forbidden, Status: 403}, evict.Evict, Failed, 0},
		{"not readable, and an attacker is to be stopped", "0", &m365.Error{Kind: m365.Forbidden, Status: 403}, evict.Contain, Unverified, 1},
	}
	for _, x := range tests {
		t.Run(x.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				on, j := newTenant(), &line{}
				plan := planOf(stepOf(on, "set", "thing", "0", "1"))
				plan.Steps[0].Phase = x.phase
				if x.value != "0" {
					on.put("thing", x.value)
				}
				on.deny = func(string) error { return x.deny }
				p := sealed(t, plan)
				s, err := approved(t, on, j, p).Apply(t.Context())
				if err != nil || s.Steps[0].State != x.want || len(on.sends) != x.sends {
					t.Errorf("%s with %d requests (%v), want %s with %d", s.Steps[0].State, len(on.sends), err, x.want, x.sends)
				}
				if err := on.witness(j.entries, p.Hash()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestApprovalDecides: nothing is sent without one, nor what it leaves out, nor after its end.
func TestApprovalDecides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on, j := newTenant(), &line{}
		p := sealed(t, eleven(on))
		r := runnerOf(t, on, j, p)
		if s, err := r.Apply(t.Context()); !errors.Is(err, gate.ErrUnapproved) || len(on.sends) != 0 {
			t.Errorf("%v, %v", err, states(s))
		}
		now := time.Now()
		a := gate.Approval{Who: "Jo", Time: now, Expires: now.Add(time.Hour), Confirmed: "dana@contoso.example", Steps: []string{"block", "device", "forward"}}
		if err := r.Gate.Approve(p, a); err != nil {
			t.Fatal(err)
		}
		s, err := r.Apply(t.Context())
		got := states(s)
		if err != nil || got["block"] != Verified || got["device"] != Verified || got["forward"] != Blocked || got["revoke"] != LeftOut || len(on.sends) != 2 {
			t.Errorf("%v %v", err, got)
		}
		time.Sleep(2 * time.Hour)
		if _, err := r.Apply(t.Context()); err != nil || len(on.sends) != 2 {
			t.Errorf("after its end: %v, %d", err, len(on.sends))
		}
	})
}

// TestEndOfTheRun: what was sent is settled, nothing new begins.
func TestEndOfTheRun(t *testing.T) {
	for _, after := range []time.Duration{0, 100, 300, 500, 1000, 4000, 5000} {
		t.Run(fmt.Sprint(after), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				on, j := newTenant(), &line{}
				on.latency = 200 * time.Millisecond
				p := sealed(t, eleven(on))
				r := approved(t, on, j, p)
				ctx, cancel := context.WithTimeout(t.Context(), after*time.Millisecond)
				defer cancel()
				start := time.Now()
				s, err := r.Apply(ctx)
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%v %v", err, states(s))
				}
				if took := time.Since(start); took > after*time.Millisecond+farewell+2*apart {
					t.Errorf("it took %s", took)
				}
				if err := on.witness(j.entries, p.Hash()); err != nil {
					t.Error(err)
				}
				s, err = runnerOf(t, on, j, p).Apply(t.Context())
				if err != nil || s.Count(Verified) != 11 {
					t.Errorf("resumed: %v %v", states(s), err)
				}
				for object, n := range on.changes {
					if n != 1 {
						t.Errorf("%s was changed %d times", object, n)
					}
				}
			})
		})
	}
}

// TestAnEndedApprovalLooks: what was sent under an approval that has ended since is settled by looking, and nothing is sent.
func TestAnEndedApprovalLooks(t *testing.T) {
	for _, happened := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			on, j := newTenant(), &line{}
			p := sealed(t, planOf(stepOf(on, "set", "block", "1", "0"), stepOf(on, "stamp", "revoke", stampOf(time.Now().Add(-time.Hour)), "0"), stepOf(on, "set", "rule", "1", "0", "block", "revoke")))
			if s, err := approved(t, on, j, p).Apply(t.Context()); err != nil || s.Count(Verified) != 3 {
				t.Fatal(states(s), err)
			}
			j.entries = slices.DeleteFunc(j.entries, func(e gate.Entry) bool { // it died with two requests under way
				return e.Step == "rule" || e.Kind == gate.Responded || e.Kind == gate.Ended
			})
			on.put("rule", "1")
			block := Verified
			if !happened {
				on.put("block", "1")
				block = InDoubt
			}
			sent := len(on.sends)
			time.Sleep(gate.Longest + time.Hour)
			s, _ := runnerOf(t, on, j, p).Apply(t.Context())
			if s.Steps[0].State != block || s.Steps[1].State != InDoubt || s.Steps[2].State != Blocked || len(on.sends) != sent {
				t.Errorf("happened %v: %v after %d requests, %+v", happened, states(s), len(on.sends)-sent, s.Steps)
			}
			if !strings.Contains(s.Steps[1].Why, "no look can tell") {
				t.Errorf("the reason is %q", s.Steps[1].Why)
			}
		})
	}
}

// TestEndWhileTheServiceIsBusy: what was refused so far is told as failed at once, and not looked for.
func TestEndWhileTheServiceIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on, j := newTenant(), &line{}
		on.fault = func(string, string, int) fault { return busy }
		p := sealed(t, planOf(stepOf(on, "set", "a", "0", "1"), stepOf(on, "set", "b", "0", "1", "a")))
		r := approved(t, on, j, p)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		s, err := r.Apply(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || states(s)["a"] != Failed || states(s)["b"] != Blocked || time.Since(start) > 6*time.Second {
			t.Errorf("%v %v after %s", states(s), err, time.Since(start))
		}
		if err := on.witness(j.entries, p.Hash()); err != nil {
			t.Error(err)
		}
	})
}

// TestManualSteps wait for a person's word, and for the tenant to agree.
func TestManualSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on, j := newTenant(), &line{}
		plan := planOf(stepOf(on, "set", "hand", "0", "1"), stepOf(on, "set", "next", "0", "1", "hand"))
		plan.Steps[0].Manual = []string{"Click."}
		p := sealed(t, plan)
		r := approved(t, on, j, p)
		s, err := r.Apply(t.Context())
		if got := states(s); err != nil || got["hand"] != ForPerson || got["next"] != Blocked || len(on.sends) != 0 {
			t.Errorf("%v %v", got, err)
		}
		if err := r.Gate.ByHand(p, "hand", "Jo", gate.Deed{Answer: "yes"}); err != nil {
			t.Fatal(err)
		}
		if s, err = r.Apply(t.Context()); err != nil || states(s)["hand"] != Unverified || states(s)["next"] != Blocked {
			t.Errorf("the tenant does not show it: %v %v", states(s), err)
		}
		on.put("hand", "1")
		if s, err = r.Apply(t.Context()); err != nil || states(s)["hand"] != Verified || states(s)["next"] != Verified {
			t.Errorf("%v %v", states(s), err)
		}
	})
}

// TestVerifySendsNothing, and settles what it can by looking.
func TestVerifySendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on, j := newTenant(), &line{}
		on.fault = func(string, string, int) fault { return liar }
		p := sealed(t, planOf(stepOf(on, "set", "a", "0", "1"), stepOf(on, "make", "b", "0", "1"), stepOf(on, "secret", "c", "0", "1"), stepOf(on, "set", "d", "0", "1", "a")))
		r := approved(t, on, j, p)
		if s, err := r.Apply(t.Context()); err != nil || s.Count(Unverified) != 3 {
			t.Fatalf("%v %v", states(s), err)
		}
		sent := len(on.sends)
		on.put("a", "1")
		on.put("b", "1")
		on.put("c", stampOf(time.Now()))
		s, err := r.Verify(t.Context())
		if got := states(s); err != nil || got["a"] != Verified || got["b"] != Verified || got["c"] != Unverified || got["d"] != Waiting || len(on.sends) != sent {
			t.Errorf("%v %v", got, err)
		}
	})
}

// TestPasswordThatNobodyTook is no password: the step is not verified, and another follows.
func TestPasswordThatNobodyTook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on, j := newTenant(), &line{}
		p := sealed(t, planOf(stepOf(on, "secret", "reset", "0", "1")))
		r := approved(t, on, j, p)
		r.Secrets = &handed{fail: errors.New("the terminal is gone")}
		if s, err := r.Apply(t.Context()); err != nil || s.Steps[0].State != Unverified {
			t.Fatalf("%v %v", states(s), err)
		}
		first := on.password
		r = runnerOf(t, on, j, p)
		if s, err := r.Apply(t.Context()); err != nil || s.Steps[0].State != Verified {
			t.Fatalf("%v %v", states(s), err)
		}
		if entries, _ := j.Entries(); !strings.Contains(Standing(p, entries).Steps[0].Why, "no longer works") {
			t.Error("nobody says that the first password is void")
		}
		if on.password == first || r.Secrets.(*handed).shown != on.password {
			t.Errorf("shown %q, the tenant has %q, first %q", r.Secrets.(*handed).shown, on.password, first)
		}
	})
}

// TestSeveralRequests of one step: each is an attempt, and a cut goes on where it was.
func TestSeveralRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on, j := newTenant(), &line{}
		for _, part := range []string{"1", "2", "3"} {
			on.put("part"+part, "0")
		}
		s := stepOf(on, "several", "part", "0", "1")
		s.Before, s.After = state(row{"1": 0, "2": 0, "3": 0}), state(row{"1": 1, "2": 1, "3": 1})
		p := sealed(t, planOf(s))
		on.fault = func(_, object string, n int) fault {
			if object == "part3" && n == 1 {
				return refuse
			}
			return well
		}
		r := approved(t, on, j, p)
		got, err := r.Apply(t.Context())
		if err != nil || got.Steps[0].State != Unverified || got.Steps[0].Sent != 3 {
			t.Errorf("%+v %v", got.Steps[0], err)
		}
		if got, err = r.Apply(t.Context()); err != nil || got.Steps[0].State != Verified {
			t.Errorf("%+v %v", got.Steps[0], err)
		}
		if err := on.witness(j.entries, p.Hash()); err != nil {
			t.Error(err)
		}
	})
}

// TestRevisionsDiffer: a plan made by another revision of an action is not carried out by this one.
func TestRevisionsDiffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := newTenant()
		plan := planOf(stepOf(on, "set", "a", "0", "1"), stepOf(on, "fly", "b", "0", "1"))
		plan.Steps[0].Revision = 2
		s, err := approved(t, on, &line{}, sealed(t, plan)).Apply(t.Context())
		if err != nil || s.Count(Failed) != 2 || len(on.sends) != 0 {
			t.Errorf("%v %v", states(s), err)
		}
	})
}

// TestSendingWaitsOnlyForWhatCanCome: a step that itself waits for the sender is none that the sender waits for.
func TestSendingWaitsOnlyForWhatCanCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on := newTenant()
		plan := planOf(stepOf(on, "make", "sender", "0", "1"), stepOf(on, "set", "between", "0", "1", "sender"), stepOf(on, "set", "last", "0", "1", "between"))
		plan.Steps[0].Procedure, plan.Steps[2].Procedure = []string{"R4"}, []string{"R1"}
		s, err := approved(t, on, &line{}, sealed(t, plan)).Apply(t.Context())
		if err != nil || s.Count(Verified) != 3 {
			t.Error(states(s), err)
		}
	})
}

// TestStuckSteps: what an earlier run left open is not called failed, and not left open, because it can't go on now.
func TestStuckSteps(t *testing.T) {
	unreadable := func(on *tenant, _ *line) {
		on.deny = func(string) error { return &m365.Error{Kind: m365.Forbidden, Status: 403} }
	}
	late := func(*tenant, *line) { time.Sleep(2 * gate.Longest) }
	tests := []struct {
		name   string
		first  fault
		later  func(*tenant, *line)
		action evict.ActionID
		want   State
	}{
		{"lost, then not readable", lost, unreadable, "set", InDoubt},
		{"unheard, then not readable", unheard, unreadable, "set", InDoubt},
		{"lost, then too late", lost, late, "set", InDoubt},
		{"unheard, then too late", unheard, late, "set", Verified},
		{"unheard, then too late", unheard, late, "stamp", InDoubt},
		{"refused, then too late", refuse, late, "set", Failed},
		{"refused, then allowed", refuse, func(on *tenant, _ *line) { on.fault = nil }, "make", Verified},
		{"done, then not readable", well, unreadable, "set", Unverified},
		{"done, then too late", well, late, "secret", Unverified},
	}
	for _, x := range tests {
		t.Run(x.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				on, j := newTenant(), &line{}
				on.fault = func(string, string, int) fault { return x.first }
				p := sealed(t, planOf(stepOf(on, x.action, "thing", "0", "1")))
				r := approved(t, on, j, p)
				j.fail = func(e gate.Entry) error { // the process ends behind the answer
					if e.Kind == gate.Ended || e.Kind == gate.Intended && e.Attempt > 1 {
						return errors.New("killed")
					}
					return nil
				}
				if _, err := r.Apply(t.Context()); !errors.Is(err, errJournal) {
					t.Fatal(err)
				}
				j.fail = nil
				x.later(on, j)
				s, _ := runnerOf(t, on, j, p).Apply(t.Context())
				if got := s.Steps[0].State; got != x.want {
					t.Errorf("%s, want %s: %s", got, x.want, s.Steps[0].Why)
				}
				if err := on.witness(j.entries, p.Hash()); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestAnsweredIsHonest: only a plain no is one.
func TestAnsweredIsHonest(t *testing.T) {
	for _, x := range []struct {
		err  error
		want gate.End
	}{
		{&m365.Error{Kind: m365.BadRequest}, gate.NotSent},
		{&m365.Error{Kind: m365.BadRequest, Status: 400, Sent: true}, gate.Refused},
		{&m365.Error{Kind: m365.Forbidden, Status: 403, Sent: true}, gate.Refused},
		{&m365.Error{Kind: m365.Throttled, Status: 429, Sent: true}, gate.Refused},
		{&m365.Error{Kind: m365.BadRequest, Status: 307, Sent: true}, gate.Refused},  // not followed
		{&m365.Error{Kind: m365.Unavailable, Status: 400, Sent: true}, gate.Unclear}, // Exchange says 400 where its backend broke
		{&m365.Error{Kind: m365.Malformed, Status: 403, Sent: true}, gate.Unclear},
		{&m365.Error{Kind: m365.Malformed, Status: 200, Sent: true}, gate.Unclear},
		{&m365.Error{Kind: m365.Unavailable, Status: 503, Sent: true}, gate.Unclear},
		{&m365.Error{Kind: m365.Unavailable, Status: 408, Sent: true}, gate.Unclear},
		{&m365.Error{Kind: m365.Unavailable, Sent: true}, gate.Unclear},
		{&m365.Error{Kind: m365.Cancelled, Sent: true}, gate.Unclear},
		{errors.New("what nobody thought of"), gate.Unclear},
	} {
		if got := answered(nil, x.err).End; got != x.want {
			t.Errorf("%v: %s, want %s", x.err, got, x.want)
		}
	}
	if got := answered(&m365.Response{Status: 204}, nil).End; got != gate.Done {
		t.Error(got)
	}
}

// TestResumeIsQuick: what the step itself sent is no reason to distrust reads that show it.
func TestResumeIsQuick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		on, j := newTenant(), &line{}
		p := sealed(t, planOf(stepOf(on, "set", "a", "0", "1")))
		r := approved(t, on, j, p)
		j.fail = func(e gate.Entry) error {
			if e.Kind == gate.Ended {
				return errors.New("killed")
			}
			return nil
		}
		if _, err := r.Apply(t.Context()); !errors.Is(err, errJournal) {
			t.Fatal(err)
		}
		j.fail = nil
		start := time.Now()
		s, err := runnerOf(t, on, j, p).Apply(t.Context())
		if took := time.Since(start); err != nil || states(s)["a"] != Verified || took > 2*apart {
			t.Errorf("%v %v after %s", states(s), err, took)
		}
	})
}
