package simtenant

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// A Premises is what an administrator sets of an account in Active Directory, or
// at the identity provider that a federated domain signs in at.
type Premises struct {
	Disable, Enable bool
	Password        string // a new one; "" leaves it
}

// OnPremises carries out what an administrator sets on the premises, and the
// sync that follows. The time of a password's change is not told to the cloud
// where its domain signs in elsewhere.
func (t *Tenant) OnPremises(upn string, set Premises) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now().UTC()
	t.world.settle(now)
	u := t.world.userNamed(upn)
	if u == nil {
		return errors.New(upn + " is no account")
	}
	if u.Synced != nil && *u.Synced {
		u.Synchronised = now.Truncate(time.Second)
		if set.Disable || set.Enable {
			u.DisabledOnPremises, u.Enabled = set.Disable, set.Enable
		}
	}
	if set.Password == "" {
		return nil
	}
	u.Password, u.PasswordElsewhere = set.Password, now
	if !t.world.signsInElsewhere(u) {
		u.PasswordChanged = now
	}
	return nil
}

// signsInElsewhere says whether the account's domain is federated.
func (w *World) signsInElsewhere(u *User) bool {
	_, domain, _ := strings.Cut(u.UPN, "@")
	return slices.ContainsFunc(w.Federated, func(d string) bool { return strings.EqualFold(d, domain) })
}
