package simtenant

import (
	"cmp"
	"slices"
	"strings"
)

// A recipient is what an identity names: a mailbox with its account, or a mail
// contact or group.
type recipient struct {
	user    *User
	mailbox *Mailbox
	other   Object // Get-Recipient's properties of a contact or group
}

// alias is the mailbox's short name.
func (w *World) alias(m *Mailbox) string {
	if s, _ := m.Props["Alias"].(string); s != "" {
		return s
	}
	if u := w.userByID(m.User); u != nil {
		name, _, _ := strings.Cut(u.UPN, "@")
		return name
	}
	return m.DisplayName
}

// exchangeDN is the address of a recipient inside Exchange, as rules show it.
func (w *World) exchangeDN(m *Mailbox) string {
	return "/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=" + strings.ReplaceAll(m.GUID, "-", "") + "-" + w.alias(m)
}

// display is the name that the address list shows.
func (w *World) display(m *Mailbox) string {
	if u := w.userByID(m.User); u != nil {
		return cmp.Or(m.DisplayName, u.DisplayName)
	}
	return m.DisplayName
}

// userByID is the account with that object ID, deleted ones included.
func (w *World) userByID(id string) *User {
	if i := slices.IndexFunc(w.Users, func(u *User) bool { return strings.EqualFold(u.ID, id) }); i >= 0 {
		return w.Users[i]
	}
	return nil
}

// mailboxOf is the account's mailbox, or nil.
func (w *World) mailboxOf(userID string) *Mailbox {
	if i := slices.IndexFunc(w.Mailboxes, func(m *Mailbox) bool { return strings.EqualFold(m.User, userID) }); i >= 0 {
		return w.Mailboxes[i]
	}
	return nil
}

// addresses are the mailbox's proxy addresses without their prefix, the primary first.
func (w *World) addresses(u *User) []string {
	var out []string
	for _, p := range u.Proxies {
		kind, address, ok := strings.Cut(p, ":")
		switch {
		case !ok || !strings.EqualFold(kind, "smtp"):
		case kind == "SMTP":
			out = slices.Insert(out, 0, address)
		default:
			out = append(out, address)
		}
	}
	if u.Mail != "" && !containsFold(out, u.Mail) {
		out = append(out, u.Mail)
	}
	return out
}

// primary is the address that mail from the account bears.
func (w *World) primary(u *User) string {
	if list := w.addresses(u); len(list) > 0 {
		return list[0]
	}
	return u.UPN
}

// live says whether a mailbox belongs to an account that is not deleted.
func (w *World) live(m *Mailbox) bool {
	u := w.userByID(m.User)
	return u == nil || u.Deleted.IsZero()
}

// names says how well an identity fits a mailbox: 3 an ID, 2 an address or
// UPN, 1 an alias or display name, 0 not at all. An address or ID names one
// object; a display name may name several, look-alikes among them.
func (w *World) fits(m *Mailbox, identity string) int {
	u := w.userByID(m.User)
	if strings.EqualFold(identity, m.GUID) || u != nil && strings.EqualFold(identity, u.ID) || strings.EqualFold(identity, w.exchangeDN(m)) {
		return 3
	}
	if u != nil && (strings.EqualFold(identity, u.UPN) || containsFold(w.addresses(u), strings.TrimPrefix(strings.ToLower(identity), "smtp:"))) {
		return 2
	}
	if strings.EqualFold(identity, w.alias(m)) || strings.EqualFold(identity, w.display(m)) {
		return 1
	}
	return 0
}

// best gives what fits an identity best, and fails when two fit alike.
func best[T any](list []T, identity string, fits func(T) int) (T, error) {
	var found T
	rank, count := 0, 0
	for _, x := range list {
		switch r := fits(x); {
		case r == 0 || r < rank:
		case r > rank:
			found, rank, count = x, r, 1
		default:
			count++
		}
	}
	if count == 0 {
		return found, notFound(identity)
	}
	if count > 1 {
		var none T
		return none, ambiguous(identity)
	}
	return found, nil
}

// mailboxBy resolves an identity to a mailbox, with its account.
func (w *World) mailboxBy(identity string) (*Mailbox, error) {
	return best(w.Mailboxes, identity, func(m *Mailbox) int {
		if !w.live(m) {
			return 0
		}
		return w.fits(m, identity)
	})
}

// userBy resolves an identity to an account, with or without a mailbox.
func (w *World) userBy(identity string) (*User, error) {
	return best(w.Users, identity, func(u *User) int {
		if !u.Deleted.IsZero() {
			return 0
		}
		if m := w.mailboxOf(u.ID); m != nil {
			if n := w.fits(m, identity); n > 0 {
				return n
			}
		}
		switch {
		case strings.EqualFold(identity, u.ID):
			return 3
		case strings.EqualFold(identity, u.UPN) || containsFold(w.addresses(u), identity):
			return 2
		case strings.EqualFold(identity, u.DisplayName):
			return 1
		}
		return 0
	})
}

// recipientBy resolves an identity to anything that mail can be sent to.
func (w *World) recipientBy(identity string) (recipient, error) {
	if m, err := w.mailboxBy(identity); err == nil {
		return recipient{user: w.userByID(m.User), mailbox: m}, nil
	} else if e := err.(*cmdletError); e.Status != 404 {
		return recipient{}, err
	}
	o, err := best(w.Recipients, identity, func(o Object) int {
		return objectFits(o, identity, "ExternalDirectoryObjectId", "PrimarySmtpAddress", "Name", "DisplayName", "Alias")
	})
	if err != nil {
		return recipient{}, err
	}
	return recipient{other: o}, nil
}

// name is how other objects refer to the recipient.
func (r recipient) name(w *World) string {
	if r.mailbox != nil {
		return r.mailbox.User
	}
	return textOf(r.other, "Name")
}

// objectFits says how well an identity fits an object by the listed
// properties: the first of them are surer than the last.
func objectFits(o Object, identity string, properties ...string) int {
	for i, p := range properties {
		if s := textOf(o, p); s != "" && strings.EqualFold(s, identity) {
			return len(properties) - i
		}
	}
	return 0
}

// objectBy resolves an identity in a list of the tenant's objects, which have a
// GUID and a name.
func (w *World) objectBy(list []Object, identity string) (Object, error) {
	return best(list, identity, func(o Object) int {
		if strings.EqualFold(identity, made(w.ID, "object", textOf(o, "Name"))) {
			return 4
		}
		return objectFits(o, identity, "Guid", "Identity", "Name")
	})
}

// textOf is a property when it is text.
func textOf(o Object, name string) string {
	s, _ := o[name].(string)
	return s
}
