package collect

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"evict/internal/m365"
)

// A Lack is a part of the state that a case does not have in full.
type Lack struct {
	Source string `json:"source"`
	Why    string `json:"why"` // its state, and the reason where there is one
}

// Ops are the operations by which that part is read, in words of the table of calls.
func (l Lack) Ops() []string {
	for _, u := range m365.Sources {
		if u.Name == sources[l.Source].use {
			return u.Ops
		}
	}
	return nil
}

// snapshotKey is where the progress says what the snapshot of an account lacks: a list, empty when it is whole.
func snapshotKey(account string) string { return "snapshot|" + account }

// Snapshot gathers the state of the accounts and of the tenant, all that a response can change, and no log. It reads what the case
// does not have, asks again what was refused or failed, and leaves alone what else the case holds. Each collection begins with the same.
// An error is one of Live's.
func Snapshot(ctx context.Context, in LiveInput) (LiveResult, error) {
	r, err := newRun(in)
	if err != nil {
		return LiveResult{}, err
	}
	if r.earlier, err = in.Case.Coverage(); err != nil {
		return LiveResult{}, err
	}
	if r.others, err = accountsOf(in.Case); err != nil {
		return LiveResult{}, err
	}
	r.stateOnly = true
	if err = r.resolve(ctx); err == nil {
		known := make(chan struct{})
		err = together(ctx, r.readEssentials(known), r.readState(known))
	}
	if len(r.accounts) < len(in.Accounts) && err != nil {
		return LiveResult{}, err // nothing is known that the case does not say already
	}
	res, coverErr := r.result()
	return res, errors.Join(err, coverErr)
}

// SnapshotLacks says which parts of the state of accounts a case does not have, by their object IDs; ended is false where a snapshot
// of one of them has not come to its end.
func SnapshotLacks(c interface {
	Progress() (map[string]json.RawMessage, error)
}, accounts []string) (lacks []Lack, ended bool, err error) {
	progress, err := c.Progress()
	if err != nil {
		return nil, false, err
	}
	for _, id := range accounts {
		var list []Lack
		raw, ok := progress[snapshotKey(id)]
		if !ok || json.Unmarshal(raw, &list) != nil {
			return nil, false, nil
		}
		lacks = append(lacks, list...)
	}
	slices.SortFunc(lacks, func(a, b Lack) int { return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Why, b.Why)) })
	return slices.Compact(lacks), true, nil
}

// readEssentials reads what logs can't be asked for without, and says when it is known.
func (r *run) readEssentials(known chan<- struct{}) func(context.Context) error {
	return func(ctx context.Context) error {
		defer close(known)
		return r.all(ctx, r.essentials(), atOnce)
	}
}

// readState reads what else there is of state, and keeps that the snapshot has come to its end.
func (r *run) readState(known <-chan struct{}) func(context.Context) error {
	return func(ctx context.Context) error {
		if err := r.readCmdlets(ctx); err != nil {
			return err
		}
		if err := r.all(ctx, r.configuration(), atOnce); err != nil {
			return err
		}
		if err := wait(ctx, known); err != nil {
			return err
		}
		for _, a := range r.accounts {
			if err := r.keep(snapshotKey(a.ID), r.lacks(a)); err != nil {
				return err
			}
		}
		return nil
	}
}

// lacks are the parts of the state that are not known in full, of an account and of the tenant.
func (r *run) lacks(a *Account) []Lack {
	out := []Lack{}
	for _, name := range sortedKeys(sources) {
		is := sources[name].is
		if is&(beyond|extra) != 0 {
			continue
		}
		for _, why := range []string{r.lacking(outcomeKey{name, a.ID}, is&each != 0), r.lacking(outcomeKey{name, ""}, false)} {
			if why != "" {
				out = append(out, Lack{name, why})
			}
		}
	}
	return out
}

// lacking says why a source is not known in full; "" when it is.
func (r *run) lacking(key outcomeKey, always bool) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	o := r.outcomes[key]
	switch {
	case o == nil && always:
		return NotAsked
	case o == nil:
		return ""
	}
	c := o.coverage(key)
	why := c.Why
	if hole := r.holes[key]; hole != "" && good(c.State) {
		c.State, why = Incomplete, hole
	}
	if good(c.State) || c.State == Refused && !r.licensed(key.source) {
		return ""
	}
	if why != "" {
		why = ": " + why
	}
	return c.State + why
}

// good reports whether a source shows all that there is to see.
func good(state string) bool {
	return state == Complete || state == Empty || state == NotLicensed || state == SwitchedOff
}

// again reports whether a reading that has ended is to be begun anew: what a snapshot could not get may be had by now.
func (r *run) again(rd *reading) bool {
	state, _ := rd.state()
	return r.stateOnly && rd.Done && !good(state)
}

// toldBefore reports whether the case says of a source more than a snapshot knows, which asks only a part of it.
func (r *run) toldBefore(key outcomeKey) bool {
	return sources[key.source].is&beyond != 0 && slices.ContainsFunc(r.earlier, func(c Coverage) bool { return c.Source == key.source && c.Account == key.account })
}

// keptBefore are what a snapshot leaves as the case has it: the sources that it did not ask, and the accounts that it is not about.
func (r *run) keptBefore(have []Coverage) []Coverage {
	var out []Coverage
	for _, c := range r.earlier {
		if !slices.ContainsFunc(have, func(h Coverage) bool { return h.Source == c.Source && h.Account == c.Account }) {
			out = append(out, c)
		}
	}
	return out
}
