package simtenant

import (
	"errors"
	"fmt"
	"slices"
)

// belongings are what the owners of all accounts have and work with now, in
// words, by object ID. What an attacker has or made is not among them.
func (w *World) belongings() map[string][]string {
	out := map[string][]string{}
	hostile := w.footholds()
	has := func(owner, hand, format string, args ...any) {
		if hand != byAttacker {
			out[owner] = append(out[owner], fmt.Sprintf(format, args...))
		}
	}
	for _, m := range w.Mailboxes {
		u := w.userByID(m.User)
		hand := func(kind, object string) string {
			if u != nil && slices.Contains(hostile, Foothold{kind, u.UPN, object}) {
				return byAttacker
			}
			return ""
		}
		for _, r := range m.Rules {
			has(m.User, r.ByHand, "the rule %s, switched on: %v", r.ID, r.Enabled)
		}
		for _, p := range m.Permissions {
			has(m.User, p.ByHand, "the right of %s over the mailbox", p.User)
		}
		for _, id := range m.SendAs {
			has(m.User, hand("send-as", id), "the right of %s to send as it", id)
		}
		for _, o := range m.Sweep {
			has(m.User, hand("sweep-rule", textOf(o, "RuleId")), "the sweep rule %s, switched on: %v", textOf(o, "RuleId"), o["Enabled"] != false)
		}
		for _, o := range m.AddIns {
			has(m.User, hand("add-in", textOf(o, "AppId")), "the add-in %s, switched on: %v", textOf(o, "AppId"), o["Enabled"] != false)
		}
		for _, o := range m.Mobile {
			has(m.User, hand("mobile-device", textOf(o, "DeviceId")), "the telephone %s", textOf(o, "DeviceId"))
		}
		for _, name := range []string{"OWAEnabled", "MAPIEnabled", "EwsEnabled", "ActiveSyncEnabled"} {
			if m.CAS[name] != false {
				has(m.User, "", "%s", name)
			}
		}
	}
	for _, u := range w.Users {
		for _, x := range u.Methods {
			has(u.ID, x.ByHand, "the method %s", x.ID)
		}
	}
	for _, d := range w.Devices {
		has(d.Owner, d.ByHand, "the device %s, switched on: %v", d.ID, d.Enabled)
	}
	for _, r := range w.RoleHolders { // one that was given back has another ID
		has(r.Principal, r.ByHand, "the role %s for %s, eligible: %v", roleName(r.Role), r.Scope, r.Eligible)
	}
	for _, g := range w.RoleGroups {
		for _, id := range g.Members {
			has(id, g.ByHand[id], "the role group %s, of Purview: %v", g.Name, g.Purview)
		}
	}
	for _, g := range w.Grants {
		has(g.Principal, g.ByHand, "the consent %s", g.ID)
	}
	return out
}

// OwnerCanWork says what keeps the owner of an account from work, all of it, or
// nil: sign-in, sending, and whatever was the owner's when the tenant was made
// and is gone or switched otherwise. A password that the owner must be told does
// not count.
func (t *Tenant) OwnerCanWork(upn string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.world.settle(t.now())
	w := t.world
	u := w.userNamed(upn)
	if u == nil {
		return errors.New(upn + " is no account")
	}
	var why []error
	if !u.Enabled {
		why = append(why, fmt.Errorf("%s: sign-in is blocked", upn))
	}
	for _, r := range w.Restricted {
		if !r.Since.IsZero() && containsFold(append(w.addresses(u), u.UPN), r.Address) {
			why = append(why, fmt.Errorf("%s: sending is blocked", upn))
		}
	}
	now := w.belongings()[u.ID]
	for _, thing := range t.had[u.ID] {
		if !slices.Contains(now, thing) {
			why = append(why, fmt.Errorf("%s: gone or changed: %s", upn, thing))
		}
	}
	return errors.Join(why...)
}
