package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"evict/internal/casefile"
	"evict/internal/casefile/disk"
	"evict/internal/casefile/disk/crashdisk"
	"evict/internal/gate"
	"evict/internal/m365"
	"evict/internal/respond"
)

// A switchboard is one account that can be blocked, behind the client's methods. It spends permits as the client does.
type switchboard struct {
	enabled bool
	sends   int
	upn     string
	onSend  func()
}

func (b *switchboard) Do(context.Context, m365.Call) (*m365.Response, error) {
	raw, err := json.Marshal(map[string]any{"accountEnabled": b.enabled, "onPremisesSyncEnabled": nil, "userPrincipalName": cmp.Or(b.upn, "dana@contoso.example"), "id": "dana"})
	return &m365.Response{Status: 200, Body: raw}, err
}

func (b *switchboard) Digest(c m365.Call) (string, [32]byte, error) {
	raw, err := json.Marshal(c.Body)
	return c.Args["id"], sha256.Sum256(raw), err
}

func (b *switchboard) Write(_ context.Context, c m365.Call, p *gate.Permit) (*m365.Response, error) {
	target, digest, err := b.Digest(c)
	if err != nil {
		return nil, err
	}
	if err := p.Use("tenant-1", c.Op, target, digest); err != nil {
		return nil, err
	}
	b.sends++
	b.onSend()
	b.enabled = false
	return &m365.Response{Status: 204}, nil
}

// onDisk is a session of a case on a disk, with a plan that blocks one account, approved by nobody yet.
func onDisk(t *testing.T, d *crashdisk.Disk, b *switchboard) (*session, func() error) {
	t.Helper()
	c, err := casefile.Create(d, "case", casefile.Meta{ID: "one", Tenant: "tenant-1", Created: time.Now()}, "Jo")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if c, err = casefile.OpenToRespond(d, "case", "Jo"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	plan, err := respond.Propose(t.Context(), b, respond.Case{ID: "one", Tenant: "tenant-1", Accounts: []respond.AccountFacts{{ID: "dana", UPN: "dana@contoso.example", Certain: true}}, ContainOnly: true, Dropped: []string{"revoke-sessions", "reset-password"},
		Guards: respond.Guards{Overrides: []respond.Override{{Guard: respond.GuardLastAdmin, Word: "last-administrator dana@contoso.example"}}}})
	if err != nil || len(plan.Steps) != 1 {
		t.Fatal(err, plan.Steps, plan.Skipped)
	}
	kept, err := keepPlan(c, "case", plan, "Jo", nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := sessionOf(c, "case", kept.Hash)
	if err != nil {
		t.Fatal(err)
	}
	s.tell = func(string) {}
	s.runner = respond.Runner{Reader: b, Sender: b, Gate: s.gate, Plan: s.plan}
	o := ApplyOptions{Operator: "Jo", Confirm: gate.Words(plan)}
	return s, func() error { return o.approve(s) }
}

// On a full disk nothing is sent and nothing is approved; room that is taken before carries the journal to its end when
// others fill the disk meanwhile.
func TestNothingIsSentOnAFullDisk(t *testing.T) { synctest.Test(t, nothingIsSentOnAFullDisk) }

func nothingIsSentOnAFullDisk(t *testing.T) {
	d := crashdisk.New()
	b := &switchboard{enabled: true, onSend: func() {}}
	s, approve := onDisk(t, d, b)
	d.Room(200 << 10) // enough for many entries
	err := s.carryOut(t.Context(), approve)
	if !disk.Full(err) || !strings.Contains(err.Error(), "nothing was sent") {
		t.Errorf("a full disk: %v", err)
	}
	if got := entriesOf(t, s); b.sends > 0 || len(gate.Approvals(got, s.hash)) > 0 {
		t.Errorf("%d sends, approved by %v", b.sends, gate.Approvals(got, s.hash))
	}

	d.Room(s.room + 10<<10)
	b.onSend = func() { d.Room(0) } // the intent is kept, and the rest has no room but the reserved
	if err := s.carryOut(t.Context(), approve); err != nil {
		t.Fatal(err)
	}
	if st := gate.Standing(entriesOf(t, s), s.hash); b.sends != 1 || len(st) != 1 || st[s.plan.Plan().Steps[0].ID].Result.Outcome != gate.Verified {
		t.Errorf("%d sends, and the journal says %+v", b.sends, st)
	}
}

func entriesOf(t *testing.T, s *session) []gate.Entry {
	t.Helper()
	out, err := s.gate.Entries()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// An account that was renamed since the plan was made is changed by its ID, and its name is told.
func TestAnotherNameIsTold(t *testing.T) {
	for now, want := range map[string]bool{"dana@contoso.example": false, "Dana@contoso.example": false, "dana.gone@contoso.example": true} {
		b := &switchboard{enabled: true, onSend: func() {}, upn: "dana@contoso.example"}
		s, _ := onDisk(t, crashdisk.New(), b)
		b.upn = now
		var told []string
		said := s.renamed(t.Context(), func(text string) { told = append(told, text) })
		if (len(said) == 1 && len(told) == 1) != want || len(said) > 1 || want && !strings.Contains(said[0], "is called "+now+" now") {
			t.Errorf("%s: %q, told %q", now, said, told)
		}
	}
}
