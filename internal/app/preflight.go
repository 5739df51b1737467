package app

import (
	"context"
	"errors"
	"fmt"

	"evict/internal/m365"
)

// A TenantCheck says what a connection will be able to see and do. Schema: evict.tenant-check/v1.
type TenantCheck struct {
	Schema       string    `json:"schema"`
	Profile      string    `json:"profile"`
	Tenant       string    `json:"tenant"`
	Application  string    `json:"application"`
	Plans        []string  `json:"plans"`              // service plans of the tenant
	Audit        string    `json:"audit"`              // on, off or not known
	ClockSeconds int       `json:"clockSeconds"`       // server's clock less ours
	Sources      []UseTest `json:"sources"`            // of collection
	Actions      []UseTest `json:"actions"`            // of the response
	Over         bool      `json:"overAdministrators"` // it may block administrators and set their passwords
	Unknown      []string  `json:"unknown"`            // what could not be asked, and why
	Excess       []string  `json:"excess,omitempty"`   // granted permissions that could change the tenant
}

// A UseTest is one source or action, and whether it can work.
type UseTest struct {
	Name    string   `json:"name"`
	State   string   `json:"state"`             // ready, no permission, no role, not licensed, not known
	Missing []string `json:"missing,omitempty"` // permissions, cmdlets or plans
}

// Ready reports whether every source of collection is ready or has an alternative that is.
func (c *TenantCheck) Ready() bool {
	if len(c.Unknown) > 0 || c.Audit != "on" {
		return false
	}
	state := map[string]string{}
	for _, s := range c.Sources {
		state[s.Name] = s.State
	}
	for _, u := range m365.Sources {
		if state[u.Name] != m365.StateReady && state[u.Alternative] != m365.StateReady {
			return false
		}
	}
	return true
}

// Check asks a tenant what the profile's application may read and do there. It changes nothing.
func (t *Tenants) Check(ctx context.Context, name string) (*TenantCheck, error) {
	client, profile, err := t.Connect(name, nil)
	if err != nil {
		return nil, err
	}
	p, err := client.Preflight(ctx)
	if err != nil {
		return nil, signIn(err)
	}
	c := &TenantCheck{Schema: "evict.tenant-check/v1", Profile: name, Tenant: profile.Tenant, Application: p.Application, Plans: p.Plans,
		Audit: "not known", ClockSeconds: int(p.Clock.Seconds()), Over: p.OverAdministrators, Unknown: p.Unknown, Sources: tests(p.Sources), Actions: tests(p.Actions), Excess: m365.Excess(p)}
	if c.Plans == nil {
		c.Plans = []string{}
	}
	if c.Unknown == nil {
		c.Unknown = []string{}
	}
	if p.AuditOn != nil {
		c.Audit = "off"
		if *p.AuditOn {
			c.Audit = "on"
		}
	}
	return c, nil
}

func tests(list []m365.Ready) []UseTest {
	out := []UseTest{}
	for _, r := range list {
		out = append(out, UseTest{r.Name, r.State, r.Missing})
	}
	return out
}

// signIn marks the errors that only another sign-in or a consent can mend.
func signIn(err error) error {
	var e *m365.Error
	if errors.As(err, &e) && (e.Kind == m365.Unauthorized || e.Kind == m365.Consent) {
		return fmt.Errorf("%w: %w", ErrSignIn, err)
	}
	return err
}
