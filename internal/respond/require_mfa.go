package respond

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"evict"
	"evict/internal/m365"
)

// RequireMfa makes sure that this account is asked for a second factor.
var RequireMfa = &Action{
	ID: "require-mfa", Rev: 1, Phase: evict.Recover, Procedure: []string{"R1"},
	Title: "Require a second factor",
	Doc: `Reads whether something asks this account for a second factor at every sign-in: a conditional access policy that is on, names the account, its groups, roles or
everybody, covers all applications and has no way round it; security defaults; or the account's own setting. Only when nothing does, the account's own setting
(per-user MFA) is set to enforced, as a stopgap until a policy does: it brings app passwords back. Security defaults are never switched on by this program:
they change every account of the tenant. Policies with exceptions of networks, platforms or risk count as no proof.
By hand: Microsoft Entra admin center, Protection, Conditional Access, a policy for this user that grants access only with multifactor authentication; without a licence for it: Users, Per-user MFA, the user, Enforce.`,
	Shell:   "Invoke-MgGraphRequest -Method PATCH -Uri ('https://graph.microsoft.com/beta/users/' + {account} + '/authentication/requirements') -Body @{ perUserMfaState = 'enforced' }",
	Undo:    "the account's own setting is as it was",
	Noticed: []string{"the owner: asked for a second factor, and to enrol one if there is none"},
	Ops:     []string{"list-conditional-access", "get-security-defaults", "get-mfa-requirements", "list-memberships", "set-mfa-requirements"},
	Inspect: inspectMFA,
	Plan: func(before, _ json.RawMessage) (json.RawMessage, error) {
		if asks(before) {
			return nil, ErrAlready
		}
		after := decoded(before)
		if after == nil {
			return nil, ErrAlready
		}
		after["perUserMfaState"] = "enforced"
		return state(after), nil
	},
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		_, err := w.Write(ctx, m365.Call{Op: "set-mfa-requirements", Args: user(s.Target.Account), Body: row{"perUserMfaState": decoded(s.After)["perUserMfaState"]}})
		return err
	},
	Reached: sameIn("perUserMfaState"), Fresh: sameBeforeIn("perUserMfaState"),
	Warn: func(evict.Step) []string {
		return []string{
			"a stopgap: with per-user MFA the owner can make app passwords again, which pass by every second factor",
			"enrol the owner under a one-time pass: whoever comes first with the password may enrol otherwise",
		}
	},
	Repeatable: true,
}

// asks reports whether a state proves that the account is asked for a second factor.
func asks(raw json.RawMessage) bool {
	var now struct {
		Policies []string
		Defaults bool   `json:"securityDefaults"`
		PerUser  string `json:"perUserMfaState"`
	}
	if json.Unmarshal(raw, &now) != nil {
		return false
	}
	return len(now.Policies) > 0 || now.Defaults || now.PerUser == "enabled" || now.PerUser == "enforced"
}

func inspectMFA(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
	own := row{}
	err := fetch(ctx, r, m365.Call{Op: "get-mfa-requirements", Args: user(s.Target.Account)}, &own)
	if missing(err) {
		return null, nil
	}
	if err != nil {
		return nil, err
	}
	perUser, err := pick("get-mfa-requirements", own, "perUserMfaState")
	if err != nil {
		return nil, err
	}
	defaults := row{}
	if err := fetch(ctx, r, m365.Call{Op: "get-security-defaults"}, &defaults); err != nil {
		return nil, err
	}
	on, err := pick("get-security-defaults", defaults, "isEnabled")
	if err != nil {
		return nil, err
	}
	policies, err := mfaPolicies(ctx, r, s.Target.Account)
	if err != nil {
		return nil, err
	}
	return state(row{"policies": policies, "securityDefaults": on["isEnabled"], "perUserMfaState": perUser["perUserMfaState"]}), nil
}

// mfaPolicies are the names of the policies that ask this account for a second factor.
func mfaPolicies(ctx context.Context, r Reader, account string) ([]string, error) {
	list, err := rows(ctx, r, m365.Call{Op: "list-conditional-access"})
	var refused *m365.Error
	if errors.As(err, &refused) && refused.Kind == m365.NotLicensed {
		return []string{}, nil
	}
	if err != nil {
		return nil, err
	}
	in, err := belongs(ctx, r, account)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, raw := range list {
		var p accessPolicy
		if err := decode("list-conditional-access", state(raw), &p); err != nil {
			return nil, err
		}
		if p.asks(account, in) {
			out = append(out, fmt.Sprintf("%s (%s)", p.DisplayName, p.ID))
		}
	}
	slices.Sort(out)
	return out, nil
}

// belonging is what an account is a member of.
type belonging struct{ groups, roles []string }

func belongs(ctx context.Context, r Reader, account string) (belonging, error) {
	var in belonging
	list, err := rows(ctx, r, m365.Call{Op: "list-memberships", Args: user(account), Query: url.Values{"$top": {"999"}}})
	for _, o := range list {
		if methodType(o) == "directoryRole" {
			in.roles = append(in.roles, text(o, "roleTemplateId"))
			continue
		}
		in.groups = append(in.groups, text(o, "id"))
	}
	return in, err
}

// An accessPolicy is what decides of a conditional access policy.
// Source: learn.microsoft.com/graph/api/resources/conditionalaccesspolicy.
type accessPolicy struct {
	ID, DisplayName, State string
	Conditions             struct {
		Users struct {
			IncludeUsers, ExcludeUsers, IncludeGroups, ExcludeGroups, IncludeRoles, ExcludeRoles []string
		}
		Applications struct {
			IncludeApplications, ExcludeApplications []string
			ApplicationFilter                        json.RawMessage
		}
		ClientAppTypes                                     []string
		SignInRiskLevels, UserRiskLevels                   []string
		ServicePrincipalRiskLevels                         []string
		Platforms, Locations, Devices, AuthenticationFlows json.RawMessage
		InsiderRiskLevels                                  json.RawMessage
	}
	GrantControls *struct {
		Operator               string
		BuiltInControls        []string
		AuthenticationStrength json.RawMessage
	}
}

// asks reports whether the policy wants a second factor of the account wherever it signs in.
func (p *accessPolicy) asks(account string, in belonging) bool {
	return p.State == "enabled" && p.wantsFactor() && p.everywhere() && p.covers(account, in)
}

// wantsFactor: a second factor, and no other control instead of it.
func (p *accessPolicy) wantsFactor() bool {
	g := p.GrantControls
	if g == nil {
		return false
	}
	strength := len(g.AuthenticationStrength) > 0 && !same(g.AuthenticationStrength, null)
	if !strength && !slices.Contains(g.BuiltInControls, "mfa") {
		return false
	}
	others := len(g.BuiltInControls)
	if slices.Contains(g.BuiltInControls, "mfa") {
		others--
	}
	return others == 0 || g.Operator == "AND" && !slices.Contains(g.BuiltInControls, "block")
}

// everywhere: all applications and clients, and no condition that lets a sign-in pass by.
func (p *accessPolicy) everywhere() bool {
	c := &p.Conditions
	for _, narrow := range []json.RawMessage{c.Platforms, c.Locations, c.Devices, c.AuthenticationFlows, c.InsiderRiskLevels, c.Applications.ApplicationFilter} {
		if len(narrow) > 0 && !same(narrow, null) {
			return false
		}
	}
	if len(c.SignInRiskLevels)+len(c.UserRiskLevels)+len(c.ServicePrincipalRiskLevels) > 0 {
		return false
	}
	all := slices.Contains(c.Applications.IncludeApplications, "All") && len(c.Applications.ExcludeApplications) == 0
	clients := len(c.ClientAppTypes) == 0 || slices.Contains(c.ClientAppTypes, "all") || slices.Contains(c.ClientAppTypes, "browser") && slices.Contains(c.ClientAppTypes, "mobileAppsAndDesktopClients")
	return all && clients
}

// covers: the account is named, or a group or role of it, or everybody, and no exception is.
func (p *accessPolicy) covers(account string, in belonging) bool {
	u := &p.Conditions.Users
	any := func(list, of []string) bool {
		return slices.ContainsFunc(of, func(x string) bool { return slices.Contains(list, x) })
	}
	if slices.Contains(u.ExcludeUsers, account) || any(u.ExcludeGroups, in.groups) || any(u.ExcludeRoles, in.roles) {
		return false
	}
	return slices.Contains(u.IncludeUsers, "All") || slices.Contains(u.IncludeUsers, account) || any(u.IncludeGroups, in.groups) || any(u.IncludeRoles, in.roles)
}
