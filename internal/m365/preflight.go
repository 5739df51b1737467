package m365

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A Preflight says what a connection will be able to see and do. It is what the tenant said; what could not be asked is in Unknown.
type Preflight struct {
	Application string              // the client ID of the token
	Granted     map[string][]string // permissions by the resource's application ID
	Sources     []Ready
	Actions     []Ready
	Plans       []string // service plans that the tenant has
	Cmdlets     []string // that the principal may run; nil when not known
	AuditOn     *bool    // the unified audit log takes records; nil: not known
	Clock       time.Duration
	// OverAdministrators says that the application may block administrators and set their passwords: it holds an Entra role
	// that is higher than theirs (learn.microsoft.com/graph/api/resources/users, "Who can perform sensitive actions").
	OverAdministrators bool
	Unknown            []string
}

// Ready says whether one use can work.
type Ready struct {
	Use
	State   string   // ready, no permission, no role, not licensed, not known
	Missing []string // the least permissions, cmdlets or plans that would make it ready
}

// States of a use.
const (
	StateReady       = "ready"
	StatePermission  = "no permission"
	StateRole        = "no role"
	StateNotLicensed = "not licensed"
	StateUnknown     = "not known"
)

// Preflight asks for little and reads the rest from the tokens. It fails only when no token at all can be had.
func (c *Client) Preflight(ctx context.Context) (*Preflight, error) {
	p := &Preflight{Granted: map[string][]string{}}
	var first error
	any := false
	for _, s := range []Service{GraphV1, Exchange, Activity} {
		if c.cfg.Cloud.host(s) == "" {
			continue
		}
		op := &Operation{ID: "preflight", Service: s}
		token, err := c.tokens.get(ctx, c, op)
		if err != nil {
			p.Unknown = append(p.Unknown, "permissions of "+string(s)+": "+err.Error())
			if first == nil {
				first = err
			}
			continue
		}
		any = true
		app, roles, ok := claims(token)
		if !ok {
			p.Unknown = append(p.Unknown, "permissions of "+string(s)+": its token can't be read")
			continue
		}
		p.Application = app
		p.OverAdministrators = p.OverAdministrators || overAdministrators(token)
		p.Granted[s.Resource()] = roles
	}
	if !any {
		return nil, first
	}
	c.askPlans(ctx, p)
	c.askCmdlets(ctx, p)
	c.askAudit(ctx, p)
	for _, u := range Sources {
		p.Sources = append(p.Sources, p.ready(u))
	}
	for _, u := range Actions {
		p.Actions = append(p.Actions, p.ready(u))
	}
	return p, nil
}

// Entra roles that are above those of administrators, by their template IDs.
var aboveAdministrators = []string{
	"62e90394-69f5-4237-9190-012177145e10", // Global Administrator
	"7be44c8a-adaf-4e2a-84d6-ab2649e08a13", // Privileged Authentication Administrator
}

func overAdministrators(token string) bool {
	var c struct {
		Roles []string `json:"wids"`
	}
	return payload(token, &c) && slices.ContainsFunc(c.Roles, func(id string) bool { return slices.Contains(aboveAdministrators, id) })
}

// claims reads a token without checking its signature: it is ours, and we only look at what it will be good for.
func claims(token string) (app string, roles []string, ok bool) {
	var c struct {
		AppID string   `json:"appid"`
		Azp   string   `json:"azp"`
		Roles []string `json:"roles"`
		Scp   string   `json:"scp"`
	}
	if !payload(token, &c) {
		return "", nil, false
	}
	if c.AppID == "" {
		c.AppID = c.Azp
	}
	roles = append(c.Roles, strings.Fields(c.Scp)...)
	slices.Sort(roles)
	return c.AppID, roles, true
}

// payload decodes the middle part of a token.
func payload(token string, into any) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return false
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	return err == nil && json.Unmarshal(raw, into) == nil
}

// askPlans reads the service plans, and the server's clock on the way. Product names say nothing: plans do.
func (c *Client) askPlans(ctx context.Context, p *Preflight) {
	resp, err := c.read(ctx, Call{Op: "list-skus", Lane: Configuration})
	if err != nil {
		p.Unknown = append(p.Unknown, "licences: "+err.Error())
		return
	}
	if !resp.Server.IsZero() {
		p.Clock = resp.Server.Sub(resp.Sent.Add(resp.Received.Sub(resp.Sent) / 2)).Round(time.Second)
	}
	p.Plans = plansIn(resp.Body)
}

func plansIn(body []byte) []string {
	var list struct {
		Value []struct {
			CapabilityStatus string
			ServicePlans     []struct{ ServicePlanName, ProvisioningStatus string }
		}
	}
	_ = json.Unmarshal(body, &list)
	out := []string{}
	for _, sku := range list.Value {
		if s := strings.ToLower(sku.CapabilityStatus); s != "" && s != "enabled" && s != "warning" {
			continue
		}
		for _, plan := range sku.ServicePlans {
			if s := strings.ToLower(plan.ProvisioningStatus); s == "" || s == "success" || s == "pendingactivation" || s == "pendinginput" {
				out = append(out, plan.ServicePlanName)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// askCmdlets reads which cmdlets the principal may run. Others have seen this answer; Microsoft does not document it, so its absence proves nothing.
func (c *Client) askCmdlets(ctx context.Context, p *Preflight) {
	resp, err := c.read(ctx, Call{Op: "exchange:discover", Query: url.Values{"Version": {moduleVersion}}, Header: http.Header{"CommandName": {"*"}}, Lane: Configuration})
	var list struct {
		Value []struct{ ExportedCmdlets []string }
	}
	if err == nil {
		_ = json.Unmarshal(resp.Body, &list)
	}
	for _, v := range list.Value {
		p.Cmdlets = append(p.Cmdlets, v.ExportedCmdlets...)
	}
	slices.Sort(p.Cmdlets)
	if p.Cmdlets == nil {
		why := "the answer names none"
		if err != nil {
			why = err.Error()
		}
		p.Unknown = append(p.Unknown, "cmdlets that the application may run: "+why)
	}
}

// askAudit reads the audit switch, in Exchange: the compliance endpoint always says off.
func (c *Client) askAudit(ctx context.Context, p *Preflight) {
	resp, err := c.read(ctx, Call{Op: "exchange:Get-AdminAuditLogConfig", Lane: Configuration})
	if err != nil {
		p.Unknown = append(p.Unknown, "audit switch: "+err.Error())
		return
	}
	var list struct {
		Value []struct{ UnifiedAuditLogIngestionEnabled *bool }
	}
	if json.Unmarshal(resp.Body, &list) == nil && len(list.Value) > 0 && list.Value[0].UnifiedAuditLogIngestionEnabled != nil {
		p.AuditOn = list.Value[0].UnifiedAuditLogIngestionEnabled
		return
	}
	p.Unknown = append(p.Unknown, "audit switch: the answer does not say")
}

// ready compares a use with what is granted. Licence first: no permission helps where the tenant can't hold the source.
func (p *Preflight) ready(u Use) Ready {
	r := Ready{Use: u, State: StateReady}
	if len(u.Plans) > 0 && p.Plans != nil && !hasPlan(p.Plans, u.Plans) {
		return Ready{Use: u, State: StateNotLicensed, Missing: u.Plans}
	}
	unknown := u.Plans != nil && p.Plans == nil
	var permissions, cmdlets []string
	for _, id := range u.Ops {
		op := byID[id]
		granted, known := p.Granted[op.Service.Resource()]
		switch {
		case !known:
			unknown = true
		case !slices.ContainsFunc(op.Permission, func(s string) bool { return slices.Contains(granted, s) }):
			if len(op.Permission) > 0 && !slices.Contains(permissions, op.Permission[0]) {
				permissions = append(permissions, op.Permission[0])
			}
		case op.Cmdlet != "" && op.Service == Exchange && p.Cmdlets == nil, op.Service == Compliance:
			unknown = true
		case op.Cmdlet != "" && op.Service == Exchange && !slices.Contains(p.Cmdlets, op.Cmdlet):
			cmdlets = append(cmdlets, op.Cmdlet)
		}
	}
	switch {
	case len(permissions) > 0:
		r.State, r.Missing = StatePermission, permissions
	case len(cmdlets) > 0:
		r.State, r.Missing = StateRole, cmdlets
	case unknown:
		r.State = StateUnknown
	}
	return r
}

// Excess lists granted permissions with which the application could change the tenant beyond the operations of this product,
// in the order of names. An application that only collects should have none.
func Excess(p *Preflight) []string {
	out := []string{}
	for _, roles := range p.Granted {
		for _, r := range roles {
			if r == "full_access_as_app" || (strings.Contains(r, "ReadWrite") || strings.HasPrefix(r, "Mail.Send")) && !wanted[r] {
				out = append(out, r)
			}
		}
	}
	slices.Sort(out)
	return out
}

// wanted holds the least permission of every operation.
var wanted = func() map[string]bool {
	m := map[string]bool{}
	for _, o := range Operations {
		if len(o.Permission) > 0 {
			m[o.Permission[0]] = true
		}
	}
	return m
}()
