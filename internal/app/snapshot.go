package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"evict"
	"evict/internal/casefile"
	"evict/internal/casefile/disk"
	"evict/internal/collect"
	"evict/internal/gate"
	"evict/internal/respond"
)

// guardSnapshot keeps back what evicts while the case does not know what it will change and what stands beside it.
const guardSnapshot = "snapshot"

// errNoSnapshot is what each step that evicts says; the report says why, once.
var errNoSnapshot = errors.New("there is no snapshot of what can be changed")

// turn is how long to wait for somebody who collects into the case.
const turn = 5 * time.Second

// snapshot sees to it that the case has the state of the accounts that the plan takes back: what it lacks is read now.
// Where somebody collects into the case, it waits until his collection has it, or is over.
func (s *session) snapshot(ctx context.Context) error {
	ids := s.takenBack()
	for read := false; len(ids) > 0; {
		lacks, ended, err := s.lacks(ids)
		switch {
		case err != nil:
			return s.noSnapshot(err.Error())
		case ended && len(lacks) == 0:
			return nil
		case read:
			return s.noSnapshot(strings.Join(lacks, "; "))
		}
		err = s.readState(ctx, ids)
		locked := new(casefile.LockedError)
		switch {
		case errors.As(err, &locked):
			select {
			case <-time.After(turn):
			case <-ctx.Done():
				return ctx.Err()
			}
		case err != nil:
			return s.noSnapshot(err.Error())
		default:
			read = true
		}
	}
	return nil
}

func (s *session) noSnapshot(why string) error {
	s.unseen = fmt.Sprintf("Nothing was evicted, for what can be changed is not known in full: %s. Once it can be read, evict resume goes on. To evict all the same, add --override '%s'.",
		why, respond.Word(guardSnapshot, gate.Words(s.plan.Plan())))
	return errNoSnapshot
}

// takenBack are the object IDs of the accounts that the plan takes back; of the case, where the plan is about none.
func (s *session) takenBack() []string {
	var out []string
	for _, a := range s.plan.Plan().Accounts {
		if a.Kind == "user" {
			out = append(out, a.Account)
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, a := range s.kept.Meta().Accounts {
		out = append(out, a.ID)
	}
	return slices.DeleteFunc(out, func(id string) bool { return id == "" })
}

// lacks are the parts of the state that the case does not have, of those that the plan's eviction reads or changes.
func (s *session) lacks(ids []string) (lacks []string, ended bool, err error) {
	c, err := casefile.OpenReadOnly(disk.OS{}, s.folder) // as it is now: somebody else may write to it
	if err != nil {
		return nil, false, err
	}
	all, ended, err := collect.SnapshotLacks(c, ids)
	ops := s.evicting()
	for _, l := range all {
		if slices.ContainsFunc(l.Ops(), func(op string) bool { return slices.Contains(ops, op) }) {
			lacks = append(lacks, fmt.Sprintf("%s is %s", l.Source, l.Why))
		}
	}
	return lacks, ended, err
}

// evicting are the operations of the plan's steps that evict.
func (s *session) evicting() []string {
	var out []string
	for _, x := range s.plan.Plan().Steps {
		if a := respond.Find(x.Action); a != nil && x.Phase == evict.Evict {
			out = append(out, a.Ops...)
		}
	}
	return out
}

// readState reads what the case does not have of the accounts' state and of the tenant's.
func (s *session) readState(ctx context.Context, ids []string) (err error) {
	m := s.kept.Meta()
	c, err := casefile.Open(disk.OS{}, s.folder, s.operator)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	res, err := collect.Snapshot(ctx, collect.LiveInput{Client: s.client, Cloud: s.profile.Cloud, Case: c, CaseID: m.ID, Accounts: ids, Requester: requester(s.operator, s.profile)})
	if err != nil {
		return err
	}
	meta := c.Meta()
	for _, a := range accountsOf(res.Accounts) {
		i := slices.IndexFunc(meta.Accounts, func(b casefile.Account) bool {
			return strings.EqualFold(b.ID, a.ID) || b.ID == "" && (strings.EqualFold(b.Asked, a.UPN) || strings.EqualFold(b.Asked, a.ID))
		})
		if i < 0 {
			meta.Accounts = append(meta.Accounts, a)
			continue
		}
		meta.Accounts[i].ID, meta.Accounts[i].UPN = a.ID, a.UPN
	}
	return c.SetMeta(meta)
}

// override keeps the words that a person typed against the wait for the snapshot.
func (o *ApplyOptions) override(s *session) error {
	word := respond.Word(guardSnapshot, gate.Words(s.plan.Plan()))
	for _, typed := range o.Overrides {
		if strings.TrimSpace(typed) != word {
			return fmt.Errorf("%w: what can be overridden while a plan is carried out is the wait for the snapshot; type %q", ErrUsage, word)
		}
		if err := s.gate.Override(s.plan, o.Operator, []gate.Override{{Guard: guardSnapshot, Target: gate.Words(s.plan.Plan()), Word: word}}); err != nil {
			return refused(err)
		}
	}
	return nil
}

// waits reports whether eviction waits for the snapshot: nobody has typed the word against it for this plan.
func (s *session) waits() (bool, error) {
	entries, err := s.gate.Entries()
	for _, e := range entries {
		var typed gate.Override
		if e.Kind == gate.Overridden && e.Plan == s.hash && json.Unmarshal(e.Detail, &typed) == nil && typed.Guard == guardSnapshot {
			return false, err
		}
	}
	return true, err
}
