package scenarios

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Made tenant is its records by log, in no particular order, with the truth.
type Made struct {
	Config   Config
	From, To time.Time
	Logs     [LogCount][]Record
	Users    []string          // accounts of people, and those that the attacker made
	Expect   map[string]Expect // of accounts that an attack concerns; all others must be left alone
	Rules    []byte            // the rules that stand at the end, as a CSV of the Extractor Suite
}

// Make makes a tenant's records in memory.
func Make(cfg Config) (*Made, error) {
	x := &Made{Config: cfg}
	g, err := generate(cfg, x.add)
	if err != nil {
		return nil, err
	}
	x.From, x.To = g.cfg.Start, g.cfg.Start.AddDate(0, 0, cfg.Days)
	for _, u := range g.users {
		x.Users = append(x.Users, u.upn)
	}
	x.Users, x.Expect, x.Rules = append(x.Users, g.made...), g.expect, g.ruleDump()
	if cfg.LastDays > 0 {
		x.cut(x.To.AddDate(0, 0, -cfg.LastDays))
	}
	return x, nil
}

func (x *Made) add(r Record) error {
	r.JSON = bytes.Clone(r.JSON)
	x.Logs[r.Log] = append(x.Logs[r.Log], r)
	return nil
}

func (x *Made) cut(from time.Time) {
	x.From = from
	for i, log := range x.Logs {
		x.Logs[i] = slices.DeleteFunc(log, func(r Record) bool { return r.Time.Before(from) })
	}
}

// Stream makes a tenant's records and hands each to emit, until that fails. The
// record's bytes are valid until emit returns.
func Stream(cfg Config, emit func(Record) error) error {
	_, err := generate(cfg, emit)
	return err
}

// generate makes the tenant day by day.
func generate(cfg Config, emit func(Record) error) (*world, error) {
	var attack Scenario
	if cfg.Scenario != "" {
		var ok bool
		if attack, ok = Find(cfg.Scenario); !ok {
			return nil, fmt.Errorf("no scenario is called %q", cfg.Scenario)
		}
		if attack.setUp != nil {
			attack.setUp(&cfg)
		}
		if cfg.Users < 7 || cfg.Days < 8 {
			return nil, fmt.Errorf("a scenario needs at least 7 users and 8 days, not %d and %d", cfg.Users, cfg.Days)
		}
	}
	if cfg.Users < 1 || cfg.Days < 1 {
		return nil, fmt.Errorf("a tenant needs users and days")
	}
	if !cfg.End.IsZero() {
		cfg.Start = cfg.End.UTC().Add(-8*time.Hour).Truncate(24*time.Hour).AddDate(0, 0, -cfg.Days)
	}
	var failed error
	g := newWorld(cfg, func(r Record) {
		if failed == nil {
			failed = emit(r)
		}
	})
	for day := 0; day < g.cfg.Days && failed == nil; day++ {
		for _, u := range g.users {
			g.live(u, day)
		}
		g.integration(day)
		g.background(day)
		g.knocking(day)
		if attack.days != nil {
			attack.days(g, day)
		}
		if attack.whole != nil && cfg.whole {
			attack.whole(g, day)
		}
	}
	return g, failed
}

// Key is the record's ID as the program names it: a sign-in and its twin in the
// audit log have one ID and are two records. It is "" for a row of message
// trace, which exports without its ID.
func (r *Record) Key() string {
	if r.Log == Trace {
		return ""
	}
	if r.ID != "" && (r.Log == SignIns || r.Log == TokenSignIns) {
		return "sign-in:" + strings.ToLower(r.ID)
	}
	return strings.ToLower(r.ID)
}

// ruleDump is what the Extractor Suite's rule export would show at the end.
func (g *world) ruleDump() []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write(strings.Split("UserName,RuleName,Enabled,Priority,RuleIdentity,StopProcessingRules,CopyToFolder,MoveToFolder,RedirectTo,ForwardTo,ForwardAsAttachmentTo,ApplyCategory,MarkImportance,MarkAsRead,DeleteMessage,SoftDeleteMessage,From,SubjectContainsWords,SubjectOrBodyContainsWords,BodyContainsWords,HasAttachment,Description,InError,ErrorType", ","))
	for _, u := range g.users {
		for i, r := range u.rules {
			w.Write([]string{u.upn, r.name, "True", strconv.Itoa(i + 1), u.alias() + `\` + r.id, title(r.stop), "", r.moveTo, "", r.forward, "", "", "", title(r.read), title(r.wipe), "False", r.from, "", r.words, "", "False", "", "False", ""})
		}
	}
	w.Flush() // to memory: cannot fail
	return b.Bytes()
}
