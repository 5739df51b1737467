package simtest_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"evict"
	"evict/internal/app"
	"evict/internal/collect"
	"evict/internal/m365"
	"evict/internal/simtenant"
	"evict/internal/simtenant/simtest"
)

// A shelf is a case in memory.
type shelf struct {
	mu       sync.Mutex
	items    []collect.Evidence
	bodies   [][]byte
	progress map[string]json.RawMessage
	cover    []collect.Coverage
}

func (s *shelf) Put(it collect.Evidence, b []byte) (collect.Evidence, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	it.Seq = len(s.items) + 1
	s.items, s.bodies = append(s.items, it), append(s.bodies, bytes.Clone(b))
	return it, nil
}

func (s *shelf) Items() []collect.Evidence {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.items)
}

func (s *shelf) Read(it collect.Evidence) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if it.Seq < 1 || it.Seq > len(s.bodies) {
		return nil, fs.ErrNotExist
	}
	return s.bodies[it.Seq-1], nil
}

func (s *shelf) Progress() (map[string]json.RawMessage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.progress), nil
}

func (s *shelf) SetProgress(key string, v json.RawMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.progress == nil {
		s.progress = map[string]json.RawMessage{}
	}
	s.progress[key] = v
	return nil
}

func (s *shelf) SetCoverage(c []collect.Coverage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cover = c
	return nil
}

func (s *shelf) Coverage() ([]collect.Coverage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cover, nil
}

// A sourceKey is one source of one account.
type sourceKey struct{ source, account string }

// rows are the distinct rows of the evidence by source, without what the
// services number anew for each search.
func (s *shelf) rows() map[sourceKey]map[[32]byte]string {
	out := map[sourceKey]map[[32]byte]string{}
	for i, it := range s.items {
		key := sourceKey{it.Source, it.Account}
		if out[key] == nil {
			out[key] = map[[32]byte]string{}
		}
		for _, row := range rowsIn(s.bodies[i]) {
			id := identity(row)
			out[key][sha256.Sum256([]byte(id))] = id
		}
	}
	return out
}

// identity is all of a row; of an audit record and of a message's trace its ID,
// because the ways to these logs write one record in several forms.
func identity(row any) string {
	o, _ := row.(map[string]any)
	for _, names := range [][2]string{{"id", "recipientAddress"}, {"MessageTraceId", "RecipientAddress"}} {
		if id, recipient := o[names[0]], o[names[1]]; id != nil && recipient != nil {
			return fmt.Sprint("trace ", id, " ", recipient)
		}
	}
	native, _ := o["auditData"].(map[string]any)
	if text, ok := o["AuditData"].(string); ok {
		_ = json.Unmarshal([]byte(text), &native) // what is no JSON has no ID
	}
	if native == nil && o["RecordType"] != nil {
		native = o
	}
	if id, ok := native["Id"].(string); ok {
		return "audit record " + id
	}
	b, _ := json.Marshal(row)
	return string(b)
}

// passing are properties that depend on how a question was cut up or on the
// hour at which it was asked, not on what the tenant holds.
var passing = []string{"@odata.context", "ResultIndex", "ResultCount", "scheduledStartDateTime", "scheduledEndDateTime", "StartTime", "EndTime"}

func rowsIn(body []byte) []any {
	var v any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return nil
	}
	list, _ := v.([]any)
	if o, is := v.(map[string]any); is {
		var ok bool
		if list, ok = o["value"].([]any); !ok {
			list = []any{o}
		}
	}
	for _, row := range list {
		lasting(row)
	}
	return list
}

// lasting takes out what passes.
func lasting(v any) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			lasting(x)
		}
	case map[string]any:
		if _, search := v["ResultIndex"]; search {
			delete(v, "Identity") // numbered anew for each search
		}
		for _, name := range passing {
			delete(v, name)
		}
		for _, x := range v {
			lasting(x)
		}
	}
}

// A trial is one collection from a fresh copy of one small tenant.
type trial struct {
	rows     map[sourceKey]map[[32]byte]string
	result   collect.LiveResult
	err      error
	fired    []simtenant.Fired
	requests []simtenant.Request
	exceeded map[string]int
	took     time.Duration
}

// smallTenant has the fewest people and days that its story needs.
var smallTenant = app.SimulateOptions{Scenario: "aitm-invoice", Users: 7, Days: 8, Seed: 3}

// try collects from the tenant under the options.
func try(t *testing.T, tenant app.SimulateOptions, o simtenant.Options, depth collect.Depth) trial {
	t.Helper()
	w, _, err := tenant.World()
	if err != nil {
		t.Fatal(err)
	}
	thin(w)
	var out trial
	synctest.Test(t, func(t *testing.T) { out = trialOf{world: w, options: o, depth: depth}.run(t) })
	return out
}

// thin leaves of the logs half of what concerns the first account of the story,
// and a twentieth of the rest.
func thin(w *simtenant.World) {
	account := w.Expect[0].Account
	i := 0
	w.Log = slices.DeleteFunc(w.Log, func(r simtenant.Record) bool {
		i++
		if slices.ContainsFunc(r.Names, func(n string) bool { return strings.EqualFold(n, account) }) {
			return i%2 != 0
		}
		return i%20 != 0
	})
}

// trialOf is what a trial is made of.
type trialOf struct {
	world    *simtenant.World
	options  simtenant.Options
	depth    collect.Depth
	progress func(collect.SourceProgress)
}

// run collects the first account of the story, inside a bubble.
func (x trialOf) run(t *testing.T) trial {
	w := x.world
	time.Sleep(time.Until(w.Now))
	r := app.Register(w)[0]
	tenant := simtenant.New(w, x.options)
	simtest.InContract(t, tenant)
	transport := tenant.Transport()
	credential, err := m365.Credential(m365.Profile{Cloud: m365.Worldwide, Tenant: evict.TenantID(w.ID), Client: r.Client, Method: m365.ClientSecret}, []byte(r.Secret), nil, transport)
	if err != nil {
		t.Fatal(err)
	}
	c, err := m365.New(m365.Config{Cloud: m365.Worldwide, Tenant: evict.TenantID(w.ID), Credential: credential, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	s := &shelf{}
	began := time.Now()
	out := trial{}
	out.result, out.err = collect.Live(context.Background(), collect.LiveInput{Client: c, Cloud: m365.Worldwide.Name, Case: s, CaseID: "trial", Accounts: []string{w.Expect[0].Account}, Depth: x.depth, Requester: "test", Progress: x.progress})
	out.took, out.rows, out.fired, out.requests, out.exceeded = time.Since(began), s.rows(), tenant.FaultsFired(), tenant.Requests(), tenant.Exceeded()
	return out
}

// says are the states that say that nothing is missing.
var says = []string{collect.Complete, collect.Empty, collect.NotLicensed}

// derived are sources whose questions come out of other sources: on mailboxes
// that an account can open. When those say that something is missing, that goes
// for these too.
var derived = []string{"accounts/look-alikes"}

// shorter finds a source that is said to be complete and lacks a row of the
// faultless run, or that is not even named though all is said to be complete.
func (x trial) shorter(want trial) string {
	states := map[sourceKey]collect.Coverage{}
	for _, c := range x.result.Coverage {
		states[sourceKey{c.Source, c.Account}] = c
	}
	for key, rows := range want.rows {
		c, named := states[key]
		if x.err != nil && !named || named && !slices.Contains(says, c.State) || !x.result.Complete && (!named || slices.Contains(derived, key.source)) {
			continue
		}
		for id, row := range rows {
			if _, ok := x.rows[key][id]; !ok {
				return fmt.Sprintf("%s %s is %q with %d of %d rows: %s %v; it lacks %.300s", key.source, key.account, c.State, len(x.rows[key]), len(rows), c.Why, c.Errors, row)
			}
		}
	}
	return ""
}

// open counts the sources that are not said to be complete.
func (x trial) open() int {
	n := 0
	for _, c := range x.result.Coverage {
		if !slices.Contains(says, c.State) {
			n++
		}
	}
	return n
}

// longRuns says whether they are wanted.
func longRuns() bool { return os.Getenv("EVICT_TORTURE") != "" }

// faultless is the run that others are held against.
func faultless(t *testing.T, o app.SimulateOptions, depth collect.Depth) trial {
	t.Helper()
	want := try(t, o, simtenant.Options{}, depth)
	if want.err != nil {
		t.Fatalf("the faultless run: %v", want.err)
	}
	for _, c := range want.result.Coverage {
		if !slices.Contains(says, c.State) && depth != collect.Quick {
			t.Errorf("in the faultless run %s %s is %s: %s %v", c.Source, c.Account, c.State, c.Why, c.Errors)
		}
	}
	return want
}
