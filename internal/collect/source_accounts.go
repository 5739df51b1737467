package collect

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// An Account is a person's or a shared mailbox's place in the directory: the object ID is what it is, all else are names.
type Account struct {
	Asked       string // as the operator wrote it; "" for a mailbox that came up
	ID, UPN     string
	DisplayName string
	Aliases     []string // further addresses, lower-cased
	Former      []string // user principal names that it had before
	PUID        string   // as Exchange's records name it
	MailboxGUID string
	Guest       bool
	Enabled     bool
	Created     time.Time
	LookAlikes  []string // accounts with a name that is easily taken for it
	Earlier     []string // object IDs that had its name before and were deleted: somebody else's acts, or its own before it was remade
	Opened      bool     // a mailbox that an account can open or did open, and no account that was asked for
}

// An AccountError says that a name stands for no account, or that it is not certain for which. Nothing was collected.
type AccountError struct {
	Asked      string
	Why        string
	Candidates []Account
}

func (e *AccountError) Error() string {
	s := fmt.Sprintf("%q: %s", e.Asked, e.Why)
	for i, c := range e.Candidates {
		sep := ", "
		if i == 0 {
			sep = "; there are "
		}
		s += sep + c.UPN + " (" + c.ID + ")"
	}
	return s
}

// userProperties are those that tell accounts apart and that profile changes are seen by. Graph gives few without being asked.
const userProperties = "id,userPrincipalName,displayName,givenName,surname,mail,proxyAddresses,otherMails,mailNickname,accountEnabled,userType,createdDateTime," +
	"lastPasswordChangeDateTime,signInSessionsValidFromDateTime,passwordPolicies,onPremisesSyncEnabled,onPremisesImmutableId,onPremisesLastSyncDateTime," +
	"onPremisesDomainName,onPremisesSamAccountName,showInAddressList,identities,assignedLicenses,assignedPlans,jobTitle,department,companyName,officeLocation," +
	"streetAddress,city,state,postalCode,country,usageLocation,businessPhones,mobilePhone,faxNumber,employeeId"

// foundProperties are enough to choose among several.
const foundProperties = "id,userPrincipalName,displayName,mail,proxyAddresses,userType,accountEnabled,createdDateTime,onPremisesSyncEnabled"

// resolve finds the accounts that were asked for; the order stays.
func (r *run) resolve(ctx context.Context) error {
	for _, asked := range r.in.Accounts {
		a, err := r.account(ctx, strings.TrimSpace(asked))
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(r.accounts, func(b *Account) bool { return b.ID == a.ID }) {
			r.accounts = append(r.accounts, a)
		}
	}
	for _, b := range r.before {
		if !r.stateOnly && !slices.ContainsFunc(r.accounts, func(a *Account) bool { return a.ID == b.ID }) {
			r.accounts = append(r.accounts, &b)
		}
	}
	return nil
}

// account finds one: by its object ID or user principal name, else by a mail address that only one account has.
func (r *run) account(ctx context.Context, asked string) (*Account, error) {
	if asked == "" {
		return nil, &AccountError{Asked: asked, Why: "no name"}
	}
	if !strings.Contains(asked, "@") && !isGUID(asked) {
		near, err := r.near(ctx, asked)
		if err != nil {
			return nil, err
		}
		return nil, &AccountError{Asked: asked, Why: "is neither an address nor an object ID", Candidates: near}
	}
	found, err := r.users(ctx, "accounts", "user "+asked, graph("get-user", map[string]string{"id": asked}, options("$select", userProperties)))
	if err != nil {
		return nil, err
	}
	if len(found) == 0 && !isGUID(asked) {
		if found, err = r.byAddress(ctx, asked); err != nil {
			return nil, err
		}
	}
	if len(found) != 1 {
		why := "is the address of several accounts: name one by its object ID"
		if len(found) == 0 {
			why = "no account has this name; it may have been deleted or renamed"
			if found, err = r.near(ctx, asked); err != nil {
				return nil, err
			}
		}
		return nil, &AccountError{Asked: asked, Why: why, Candidates: found}
	}
	a := &found[0]
	a.Asked = asked
	return a, r.lookAlikes(ctx, a)
}

// byAddress finds accounts that have the mail address: one may be a guest who uses it from elsewhere.
func (r *run) byAddress(ctx context.Context, address string) ([]Account, error) {
	var out []Account
	for _, filter := range []string{"proxyAddresses/any(p:p eq " + literal("smtp:"+address) + ")", "mail eq " + literal(address)} {
		found, err := r.users(ctx, "accounts", filter, graph("list-users", nil, options("$filter", filter, "$select", userProperties)))
		if err != nil {
			return nil, err
		}
		for _, a := range found {
			if !slices.ContainsFunc(out, func(b Account) bool { return b.ID == a.ID }) {
				out = append(out, a)
			}
		}
	}
	return out, nil
}

// near are accounts whose names begin alike.
func (r *run) near(ctx context.Context, name string) ([]Account, error) {
	local, _, _ := strings.Cut(name, "@")
	start := []rune(local)
	var out []Account
	for _, property := range []string{"userPrincipalName", "displayName"} {
		filter := "startswith(" + property + "," + literal(string(start[:min(3, len(start))])) + ")"
		found, err := r.users(ctx, "accounts/look-alikes", filter, graph("list-users", nil, options("$filter", filter, "$select", foundProperties, "$top", "100")))
		if err != nil {
			return nil, err
		}
		for _, a := range found {
			if len(out) < 20 && !slices.ContainsFunc(out, func(b Account) bool { return b.ID == a.ID }) {
				out = append(out, a)
			}
		}
	}
	return out, nil
}

// lookAlikes notes the accounts that may be taken for this one.
func (r *run) lookAlikes(ctx context.Context, a *Account) error {
	near, err := r.near(ctx, a.UPN)
	if err != nil {
		return err
	}
	if a.DisplayName != "" {
		filter := "displayName eq " + literal(a.DisplayName)
		same, err := r.users(ctx, "accounts/look-alikes", filter, graph("list-users", nil, options("$filter", filter, "$select", foundProperties)))
		if err != nil {
			return err
		}
		near = append(near, same...)
	}
	for _, b := range near {
		if b.ID != a.ID && alike(a, &b) && !slices.Contains(a.LookAlikes, b.UPN) {
			a.LookAlikes = append(a.LookAlikes, b.UPN)
		}
	}
	slices.Sort(a.LookAlikes)
	return nil
}

// alike: one display name, or local parts that differ in at most two letters.
func alike(a, b *Account) bool {
	if strings.EqualFold(a.DisplayName, b.DisplayName) && a.DisplayName != "" {
		return true
	}
	x, _, _ := strings.Cut(strings.ToLower(a.UPN), "@")
	y, _, _ := strings.Cut(strings.ToLower(b.UPN), "@")
	return distance(x, y) <= 2
}

// distance is how many letters must be changed, added or dropped.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		before := row[0]
		row[0] = i + 1
		for j := range y {
			cost := before
			if x[i] != y[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}

// users asks and reads the users in the answer. What fails here fails the collection: without the account there is nothing to ask for.
func (r *run) users(ctx context.Context, source, what string, w way) ([]Account, error) {
	a := present(source, nil, what, w)
	a.absent = "no such account"
	a.fatal = source == "accounts"
	var out []Account
	a.follow = func(rows []json.RawMessage) []*ask {
		for _, row := range rows {
			if u, ok := userOf(row); ok && !slices.ContainsFunc(out, func(b Account) bool { return b.ID == u.ID }) {
				out = append(out, u)
			}
		}
		return nil
	}
	err := r.do(ctx, a)
	return out, err
}

func userOf(row json.RawMessage) (Account, bool) {
	var u struct {
		ID                string    `json:"id"`
		UserPrincipalName string    `json:"userPrincipalName"`
		DisplayName       string    `json:"displayName"`
		Mail              string    `json:"mail"`
		ProxyAddresses    []string  `json:"proxyAddresses"`
		UserType          string    `json:"userType"`
		AccountEnabled    bool      `json:"accountEnabled"`
		CreatedDateTime   time.Time `json:"createdDateTime"`
	}
	if json.Unmarshal(row, &u) != nil || u.ID == "" {
		return Account{}, false
	}
	a := Account{ID: strings.ToLower(u.ID), UPN: u.UserPrincipalName, DisplayName: u.DisplayName, Enabled: u.AccountEnabled, Created: u.CreatedDateTime}
	a.Guest = strings.EqualFold(u.UserType, "Guest") || strings.Contains(strings.ToUpper(u.UserPrincipalName), "#EXT#")
	for _, p := range append(u.ProxyAddresses, "smtp:"+u.Mail) {
		kind, address, ok := strings.Cut(p, ":")
		if address = strings.ToLower(address); ok && strings.EqualFold(kind, "smtp") && address != "" && !strings.EqualFold(address, a.UPN) && !slices.Contains(a.Aliases, address) {
			a.Aliases = append(a.Aliases, address)
		}
	}
	slices.Sort(a.Aliases)
	return a, true
}

func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f', c >= 'A' && c <= 'F':
		default:
			return false
		}
	}
	return true
}

// addresses are the mail addresses of an account, the present one first.
func (a *Account) addresses() []string {
	var out []string
	if strings.Contains(a.UPN, "@") {
		out = append(out, a.UPN)
	}
	return append(out, a.Aliases...)
}

// names are all by which a record may call the account as an actor.
func (a *Account) names() []string {
	var out []string
	for _, n := range slices.Concat([]string{a.UPN}, a.Aliases, a.Former, []string{a.ID, a.PUID}) {
		if n != "" && !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, n) }) {
			out = append(out, n)
		}
	}
	return out
}
