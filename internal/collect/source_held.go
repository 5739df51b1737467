package collect

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Mailboxes of others that are looked into: for rights of an account, and then as evidence.
const (
	heldStandard = 100
	heldFull     = 2000
	openedMost   = 20
)

// otherMailboxes finds the mailboxes that the accounts can open or did open, and reads them as the accounts' own: rules, forwarding, rights and the audit of their owners.
func (r *run) otherMailboxes(ctx context.Context) error {
	if err := r.all(ctx, r.held(), atOnce); err != nil {
		return err
	}
	var opened []*Account
	r.mu.Lock()
	names := sortedKeys(r.opened)
	r.mu.Unlock()
	for _, name := range names {
		if slices.ContainsFunc(r.accounts, func(a *Account) bool {
			return strings.EqualFold(a.ID, name) || slices.ContainsFunc(a.names(), func(n string) bool { return strings.EqualFold(n, name) })
		}) {
			continue
		}
		found, err := r.users(ctx, "accounts/look-alikes", "mailbox "+name, graph("get-user", map[string]string{"id": name}, options("$select", userProperties)))
		if err != nil {
			return err
		}
		switch {
		case len(found) == 0 || slices.ContainsFunc(slices.Concat(r.accounts, opened), func(a *Account) bool { return a.ID == found[0].ID }):
		case len(opened) == openedMost:
			r.hole("delegates/held", fmt.Sprintf("more than %d mailboxes of others can be or were opened", openedMost))
		default:
			found[0].Opened = true
			opened = append(opened, &found[0])
		}
	}
	r.accounts = append(r.accounts, opened...)
	var first, second []*ask
	for _, a := range opened {
		first = append(first, r.mailbox(a)[:3]...)
		first = append(first, r.rules(a)...)
		first = append(first, r.delegates(a)...)
	}
	if err := r.all(ctx, first, atOnce); err != nil {
		return err
	}
	for _, a := range opened {
		second = append(second, r.auditOf(a)...)
	}
	return r.all(ctx, second, 4*atOnce)
}

// held asks on which mailboxes the accounts have rights. Exchange answers that only mailbox by mailbox, but for the right to send. A right
// that a group holds is not seen so: then only what was done shows it.
func (r *run) held() []*ask {
	var out []*ask
	for _, a := range r.accounts {
		if a.UPN == "" || a.Opened {
			continue
		}
		x := present("delegates/held", nil, "send as by "+a.UPN, cmdlet("exchange:Get-RecipientPermission", nil, map[string]any{"Trustee": a.UPN, "ResultSize": "Unlimited"}))
		x.absent = "no right to send as somebody"
		x.follow = func(rows []json.RawMessage) []*ask {
			for _, row := range rows {
				if id := text(row, "Identity"); isGUID(id) || strings.Contains(id, "@") {
					r.markOpened(id)
				}
			}
			return nil
		}
		out = append(out, x)
	}
	kinds, most := []string{"SharedMailbox", "RoomMailbox", "EquipmentMailbox", "TeamMailbox"}, heldStandard
	if r.in.Depth == Full {
		kinds, most = append(kinds, "UserMailbox"), heldFull
	}
	list := present("delegates/held", nil, strings.Join(kinds, " "), cmdlet("exchange:Get-Mailbox", nil, map[string]any{"RecipientTypeDetails": kinds, "ResultSize": "Unlimited"}))
	asked := 0
	list.follow = func(rows []json.RawMessage) []*ask {
		var out []*ask
		for _, row := range rows {
			id := strings.ToLower(text(row, "ExternalDirectoryObjectId"))
			if id == "" || slices.ContainsFunc(r.accounts, func(a *Account) bool { return a.ID == id }) {
				continue
			}
			if asked++; asked > most {
				r.hole("delegates/held", fmt.Sprintf("the rights on %d mailboxes were read, and there are more", most))
				break
			}
			x := present("delegates/held", nil, id, cmdlet("exchange:Get-MailboxPermission", nil, map[string]any{"Identity": id, "ResultSize": "Unlimited"}))
			x.absent = "the mailbox is gone"
			x.follow = func(rows []json.RawMessage) []*ask {
				if slices.ContainsFunc(rows, func(row json.RawMessage) bool { return r.isOurs(text(row, "User")) }) {
					r.markOpened(id)
				}
				return nil
			}
			out = append(out, x)
		}
		return out
	}
	return append(out, list)
}

// isOurs says whether a trustee is one of the accounts, by any of its names.
func (r *run) isOurs(user string) bool {
	return user != "" && slices.ContainsFunc(r.accounts, func(a *Account) bool {
		return !a.Opened && (strings.EqualFold(a.DisplayName, user) || slices.ContainsFunc(a.names(), func(n string) bool { return strings.EqualFold(n, user) }))
	})
}

func (r *run) markOpened(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.opened[strings.ToLower(name)] = true
}

// hole says why a source of the tenant is not complete though all that was asked was answered.
func (r *run) hole(source, why string) { r.holeIn(outcomeKey{source, ""}, why) }

func (r *run) holeIn(key outcomeKey, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.holes[key] = why
}
