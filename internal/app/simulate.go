package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"evict/internal/m365"
	"evict/internal/simtenant"
	"evict/internal/simtenant/scenarios"
)

// A Scenario is a story that a simulated tenant can be made with.
type Scenario struct {
	Number int    `json:"number"`
	Name   string `json:"name"`
	Story  string `json:"story"`
}

// Scenarios of the training range, by number.
func Scenarios() []Scenario {
	out := []Scenario{}
	for _, s := range scenarios.List {
		out = append(out, Scenario{s.Number, s.Name, s.Story})
	}
	return out
}

// An ExportFormat is a form in which a simulated tenant can be written as exported files.
type ExportFormat struct {
	Name     string `json:"name"`
	Lossless bool   `json:"lossless"` // holds all that collecting from the live tenant holds
	Doc      string `json:"doc"`
}

// ExportFormats of a simulated tenant.
func ExportFormats() []ExportFormat {
	out := []ExportFormat{}
	for _, f := range scenarios.Formats() {
		out = append(out, ExportFormat{f.Name, f.Lossless, f.Doc})
	}
	return out
}

// SimulatedExport is what was written. Schema: evict.simulated-export/v1.
type SimulatedExport struct {
	Schema   string    `json:"schema"`
	Scenario Scenario  `json:"scenario"`
	Tenant   string    `json:"tenant"`
	Now      time.Time `json:"now"`
	Folder   string    `json:"folder"`
	Format   string    `json:"format"`
	Accounts []string  `json:"accounts"` // that the story is about
}

// ExportSimulated writes a simulated tenant as exported files, with a coverage.json beside them, into a folder that is empty or not there yet.
func ExportSimulated(o SimulateOptions, folder, format string) (SimulatedExport, error) {
	out := SimulatedExport{Schema: "evict.simulated-export/v1", Folder: folder, Format: format}
	if !slices.ContainsFunc(scenarios.Formats(), func(f scenarios.Format) bool { return f.Name == format }) {
		return out, fmt.Errorf("%w: no format is called %q; 'evict sim export --list' has them all", ErrUsage, format)
	}
	// What lies there would be taken for the tenant's evidence.
	if have, err := os.ReadDir(folder); err == nil && len(have) > 0 {
		return out, fmt.Errorf("%w: %s is not empty", ErrUsage, folder)
	}
	w, s, err := o.World()
	if err != nil {
		return out, err
	}
	out.Scenario, out.Tenant, out.Now, out.Accounts = Scenario{s.Number, s.Name, s.Story}, w.ID, w.Now, concerned(w)
	return out, scenarios.Export(w, folder, format)
}

// concerned are the accounts that a world's story is about.
func concerned(w *simtenant.World) []string {
	out := []string{}
	for _, e := range w.Expect {
		out = append(out, e.Account)
	}
	return out
}

// SimulateOptions say which tenant to simulate. The same values make the same tenant.
type SimulateOptions struct {
	Scenario string // name or number; "" is the first
	Users    int    // 0: as many as the scenario needs
	Days     int    // of life before the present; 0: as many as the scenario needs
	Seed     uint64
	Present  time.Time // what the tenant takes for now; zero: the first possible of the made world
	Listen   string    // address to serve on
	Prompt   bool      // queries of the audit log are answered at once
	Folder   string    // for the authority's certificate and the secrets; "": a new one that only this user can read
}

// scenario finds one by its name or number.
func scenario(s string) (scenarios.Scenario, error) {
	n, err := strconv.Atoi(cmp.Or(s, "1"))
	for _, x := range scenarios.List {
		if err == nil && x.Number == n || x.Name == s {
			return x, nil
		}
	}
	return scenarios.Scenario{}, fmt.Errorf("%w: no scenario is called %q; 'evict sim --list' has them all", ErrUsage, s)
}

// World makes the tenant that the options describe, with evict's own registrations in it.
func (o SimulateOptions) World() (*simtenant.World, scenarios.Scenario, error) {
	s, err := scenario(o.Scenario)
	if err != nil {
		return nil, s, err
	}
	w, err := scenarios.Build(scenarios.Config{Seed: o.Seed, Users: o.Users, Days: o.Days, Scenario: s.Name, End: o.Present})
	if err != nil {
		return nil, s, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	return w, s, nil
}

// A Registration is one of the two application registrations of docs/permissions.md, in a simulated tenant.
type Registration struct {
	Name   string `json:"name"` // collect or respond
	Client string `json:"client"`
	Secret string `json:"-"`
}

// Register puts evict's two registrations into a world, with exactly the permissions and roles that docs/permissions.md asks for.
func Register(w *simtenant.World) []Registration {
	out := []Registration{
		register(w, "collect", "c0113c70-5e11-4a0e-9a2b-7d0c1b2a3f40", m365.Sources),
		register(w, "respond", "4e590d00-7b3c-4a55-8f1e-0a9b8c7d6e5f", slices.Concat(m365.Sources, m365.Actions)),
	}
	w.Clients[len(w.Clients)-1].Roles = []string{"Privileged Authentication Administrator"}
	return out
}

func register(w *simtenant.World, name, id string, uses []m365.Use) Registration {
	r := Registration{Name: name, Client: id, Secret: rand.Text() + rand.Text()}
	principal := strings.Replace(id, id[:8], "5e7f1ce0", 1)
	c := &simtenant.Client{ID: id, Secret: r.Secret}
	roles := map[bool][]string{} // of Exchange, and of Purview
	for _, u := range uses {
		for _, op := range u.Ops {
			o, _ := m365.OperationByID(op)
			if len(o.Permission) > 0 && !slices.Contains(c.Permissions, o.Permission[0]) {
				c.Permissions = append(c.Permissions, o.Permission[0])
			}
			for _, role := range o.Roles {
				if purview := o.Service == m365.Compliance; !slices.Contains(roles[purview], role) {
					roles[purview] = append(roles[purview], role)
				}
			}
		}
	}
	w.Clients = append(w.Clients, c)
	w.Principals = append(w.Principals, &simtenant.ServicePrincipal{ID: principal, AppID: id, Name: "evict " + name, OwnerTenant: w.ID, Enabled: true, ByHand: "owner",
		Secrets: []simtenant.Object{{"keyId": strings.Replace(id, id[:8], "5ec7e700", 1), "displayName": "evict", "startDateTime": w.Now.AddDate(0, -1, 0).UTC().Format(time.RFC3339)}}})
	for _, purview := range []bool{false, true} {
		w.RoleGroups = append(w.RoleGroups, &simtenant.RoleGroup{Name: "evict " + name, Purview: purview, Roles: roles[purview], Members: []string{principal}, ByHand: map[string]string{principal: "owner"}})
	}
	return r
}

// Simulated is a tenant that is being served. Schema: evict.simulated/v1.
type Simulated struct {
	Schema    string     `json:"schema"`
	Scenario  Scenario   `json:"scenario"`
	Tenant    string     `json:"tenant"`
	Domain    string     `json:"domain"`
	Now       time.Time  `json:"now"` // what the tenant takes for the present
	Address   string     `json:"address"`
	Folder    string     `json:"folder"`
	Authority string     `json:"authority"` // file with the certificate authority
	Profiles  []SimEntry `json:"profiles"`
	Accounts  []string   `json:"accounts"` // to begin with: those that the story is about

	// Attack tries everything that the attacker has or made, and names what still works.
	Attack func() []string `json:"-"`
}

// A SimEntry is a registration, and the file that has its secret.
type SimEntry struct {
	Registration
	SecretFile string `json:"secretFile"`
}

// Simulate serves a simulated tenant over TLS until the context ends; ready is told how to reach it. The authority and the secrets are
// made anew each time, and what was written is removed at the end.
func Simulate(ctx context.Context, o SimulateOptions, ready func(Simulated) error) error {
	w, s, err := o.World()
	if err != nil {
		return err
	}
	out := Simulated{Schema: "evict.simulated/v1", Scenario: Scenario{s.Number, s.Name, s.Story}, Tenant: w.ID, Domain: w.Domain, Now: w.Now, Accounts: concerned(w)}
	registered := Register(w)
	authority, err := simtenant.NewAuthority(simtenant.Hosts(), time.Now())
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return err
	}
	defer l.Close()
	if a, ok := l.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
		return fmt.Errorf("%w: --listen is an address of this machine alone, such as 127.0.0.1:0: anybody who reaches a simulated tenant could play with it", ErrUsage)
	}
	out.Address = l.Addr().String()
	done, err := out.write(o.Folder, authority.PEM, registered)
	if err != nil {
		return err
	}
	tenant := simtenant.New(w, simtenant.Options{Prompt: o.Prompt, Limits: simtenant.DocumentedLimits(len(w.Users))})
	out.Attack = func() []string {
		list := []string{}
		for _, f := range tenant.Attack() {
			list = append(list, f.String())
		}
		return list
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, 1)
	go func() { served <- authority.Serve(ctx, l, tenant) }()
	err = ready(out)
	if err != nil {
		stop()
	}
	return errors.Join(err, <-served, done())
}

// write puts the authority and the secrets into the folder; done removes them.
func (s *Simulated) write(folder string, authority []byte, registered []Registration) (done func() error, err error) {
	fresh := folder == ""
	if fresh {
		if folder, err = os.MkdirTemp("", "evict-sim-"); err != nil {
			return nil, err
		}
	} else if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	if folder, err = filepath.Abs(folder); err != nil {
		return nil, err
	}
	s.Folder = folder
	var written []string
	done = func() error {
		var errs []error
		for _, path := range written {
			errs = append(errs, os.Remove(path))
		}
		if fresh {
			errs = append(errs, os.Remove(folder))
		}
		return errors.Join(errs...)
	}
	put := func(name string, text []byte) string {
		path := filepath.Join(folder, name)
		if err == nil {
			err = os.WriteFile(path, text, 0o600)
			written = append(written, path)
		}
		return path
	}
	s.Authority = put("ca.pem", authority)
	for _, r := range registered {
		s.Profiles = append(s.Profiles, SimEntry{r, put(r.Name+"-secret", []byte(r.Secret+"\n"))})
	}
	if err != nil {
		return nil, errors.Join(err, done())
	}
	return done, nil
}
