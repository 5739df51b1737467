package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"evict"
	"evict/internal/m365"
	"evict/internal/respond"

	"github.com/zalando/go-keyring"
)

// ErrSignIn marks a refused sign-in, a missing consent or a secret that cannot be had.
var ErrSignIn = errors.New("sign-in failed")

// A TenantProfile says how to reach a tenant. It never holds a secret.
type TenantProfile struct {
	Name      string          `json:"name"`
	Tenant    string          `json:"tenant"` // GUID or verified domain
	Cloud     string          `json:"cloud"`
	Client    string          `json:"client,omitempty"` // application ID
	Method    string          `json:"method"`
	Secret    string          `json:"secret,omitempty"`    // where it is: keychain, file:PATH, env:NAME or stdin
	Password  string          `json:"password,omitempty"`  // of a certificate: the same places
	TokenFile string          `json:"tokenFile,omitempty"` // of a workload identity
	Responds  bool            `json:"responds,omitempty"`  // of the application that may change the tenant: plan, apply and their kin take it unasked
	Own       *OwnApplication `json:"own,omitempty"`       // what belongs to the application itself, declared by a person
	Simulator *Simulator      `json:"simulator,omitempty"`
}

// An OwnApplication is what a person declares to belong to the application under which evict signs in. Nothing of it is secret. With
// any of it declared, what is found besides keeps everything back that evicts.
type OwnApplication struct {
	Keys     []string `json:"keys,omitempty"`     // IDs of its secrets and certificates
	Owners   []string `json:"owners,omitempty"`   // user principal names or object IDs
	Networks []string `json:"networks,omitempty"` // from where it signs in: addresses or prefixes
}

// guard is the declaration in the words of guards.
func (o *OwnApplication) guard(client string) (respond.OwnApp, error) {
	app := respond.OwnApp{ClientID: client}
	if o == nil {
		return app, nil
	}
	app.Keys, app.Owners = o.Keys, o.Owners
	for _, s := range o.Networks {
		p, err := netip.ParsePrefix(s)
		if a, addrErr := netip.ParseAddr(s); addrErr == nil {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return app, fmt.Errorf("%w: %q is no address and no network such as 192.0.2.0/24", ErrUsage, s)
		}
		app.Networks = append(app.Networks, p.Masked())
	}
	return app, nil
}

// A Simulator is where a simulated tenant listens, and the file with its certificate authority.
type Simulator struct {
	Address   string `json:"address"`
	Authority string `json:"authority"`
}

// Tenants are the profiles in one folder, a file each.
type Tenants struct {
	Folder string
	Stdin  io.Reader         // for a secret from standard input
	Prompt func(text string) // shows what to do with a device code
	Notice func(text string) // tells what can't wait for the result, from any goroutine; nil: nobody listens

	Transport m365.Transport // in place of the network, for a tenant in this process; nil: the network
}

// DefaultTenants is the folder of this user.
func DefaultTenants() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("no folder for settings: %w", err)
	}
	return filepath.Join(dir, "evict", "tenants"), nil
}

// keychainService is evict's name in the keychain of the operating system.
const keychainService = "evict"

var profileName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,62}$`)

// Methods of signing in, and clouds, by their names.
func Methods() []string { return texts(m365.Methods) }

// Clouds by their names.
func Clouds() []string {
	out := []string{}
	for _, c := range m365.Clouds {
		out = append(out, c.Name)
	}
	return out
}

func texts[S ~string](list []S) []string {
	out := []string{}
	for _, s := range list {
		out = append(out, string(s))
	}
	return out
}

// check refuses a profile that could not work, before anything is written.
func (p *TenantProfile) check() error {
	needsSecret := p.Method == string(m365.ClientSecret) || p.Method == string(m365.Certificate)
	switch {
	case !profileName.MatchString(p.Name):
		return fmt.Errorf("%w: a profile's name has small letters, digits, dots and hyphens, not %q", ErrUsage, p.Name)
	case p.Tenant == "":
		return fmt.Errorf("%w: --tenant names the tenant: its ID or a verified domain", ErrUsage)
	case !slices.Contains(Clouds(), p.Cloud):
		return fmt.Errorf("%w: no cloud is called %q: %s", ErrUsage, p.Cloud, strings.Join(Clouds(), ", "))
	case !slices.Contains(Methods(), p.Method):
		return fmt.Errorf("%w: no way to sign in is called %q: %s", ErrUsage, p.Method, strings.Join(Methods(), ", "))
	case p.Client == "" && p.Method != string(m365.AzureCLI) && p.Method != string(m365.ManagedIdentity):
		return fmt.Errorf("%w: --client names the application (docs/permissions.md says how to register one)", ErrUsage)
	case needsSecret && p.Secret == "":
		return fmt.Errorf("%w: --secret says where the secret is: keychain, file:PATH, env:NAME or stdin", ErrUsage)
	case !needsSecret && p.Secret != "":
		return fmt.Errorf("%w: %s has no secret", ErrUsage, p.Method)
	case p.Password != "" && p.Method != string(m365.Certificate):
		return fmt.Errorf("%w: --password belongs to a certificate", ErrUsage)
	}
	if _, err := p.Own.guard(p.Client); err != nil {
		return err
	}
	for _, at := range []string{p.Secret, p.Password} {
		kind, value, _ := strings.Cut(at, ":")
		switch {
		case at == "" || at == "keychain" || at == "stdin":
		case (kind == "file" || kind == "env") && value != "":
		default:
			// The text itself is not shown: somebody may have typed the secret.
			return fmt.Errorf("%w: a secret is never an argument; say where it is: keychain, file:PATH, env:NAME or stdin", ErrUsage)
		}
	}
	return nil
}

func (t *Tenants) path(name string) string { return filepath.Join(t.Folder, name+".json") }

// Add writes a profile. A secret for the keychain is read from standard input once, now.
func (t *Tenants) Add(p TenantProfile) error {
	if err := p.check(); err != nil {
		return err
	}
	if _, err := os.Stat(t.path(p.Name)); err == nil {
		return fmt.Errorf("%w: there is a profile %q; remove it first", ErrUsage, p.Name)
	}
	if p.Secret == "keychain" {
		secret, err := t.read()
		if err != nil {
			return err
		}
		if err := keyring.Set(keychainService, p.Name, string(secret)); err != nil {
			return fmt.Errorf("the keychain of this system can't be used (%w); say --secret file:PATH or env:NAME", err)
		}
	}
	return t.write(p)
}

func (t *Tenants) write(p TenantProfile) error {
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(t.Folder, 0o700); err != nil {
		return err
	}
	return os.WriteFile(t.path(p.Name), append(b, '\n'), 0o600)
}

// Declare writes into a profile what belongs to its application, in place of what was declared before.
func (t *Tenants) Declare(name string, own OwnApplication) error {
	p, err := t.Get(name)
	if err != nil {
		return err
	}
	p.Own = &own
	if err := p.check(); err != nil {
		return err
	}
	return t.write(p)
}

// OwnState is what a tenant shows of a profile's application, and what of it nobody declared. Schema: evict.own-application/v1.
type OwnState struct {
	Schema   string         `json:"schema"`
	Profile  string         `json:"profile"`
	Declared OwnApplication `json:"declared"`
	respond.OwnLook
}

// Own looks in the tenant at the profile's own application. It changes nothing.
func (t *Tenants) Own(ctx context.Context, name string) (*OwnState, error) {
	client, p, err := t.Connect(name, nil)
	if err != nil {
		return nil, err
	}
	app, err := p.Own.guard(p.Client)
	if err != nil {
		return nil, err
	}
	out := &OwnState{Schema: "evict.own-application/v1", Profile: name, OwnLook: respond.LookAtOwn(ctx, client.Reader(), app, time.Now())}
	if p.Own != nil {
		out.Declared = *p.Own
	}
	return out, nil
}

// List reads all profiles, in the order of names.
func (t *Tenants) List() ([]TenantProfile, error) {
	entries, err := os.ReadDir(t.Folder)
	if errors.Is(err, fs.ErrNotExist) {
		return []TenantProfile{}, nil
	}
	if err != nil {
		return nil, err
	}
	out := []TenantProfile{}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok {
			continue
		}
		p, err := t.Get(name)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// Get reads one profile.
func (t *Tenants) Get(name string) (TenantProfile, error) {
	var p TenantProfile
	if !profileName.MatchString(name) {
		return p, fmt.Errorf("%w: %q can't be a profile's name", ErrUsage, name)
	}
	err := readJSON(t.path(name), &p)
	if errors.Is(err, fs.ErrNotExist) {
		return p, fmt.Errorf("%w: there is no profile %q; 'evict tenant list' shows them", ErrUsage, name)
	}
	if err == nil {
		p.Name = name
		err = p.check()
	}
	return p, err
}

// Remove deletes a profile, and its secret from the keychain.
func (t *Tenants) Remove(name string) error {
	p, err := t.Get(name)
	if err != nil && !errors.Is(err, ErrUsage) {
		return err
	}
	if _, statErr := os.Stat(t.path(name)); statErr != nil {
		return err
	}
	if p.Secret == "keychain" {
		if err := keyring.Delete(keychainService, name); err != nil && !errors.Is(err, keyring.ErrNotFound) {
			return fmt.Errorf("the secret stays in the keychain: %w", err)
		}
	}
	return os.Remove(t.path(name))
}

// maxSecret is the size of the largest certificate file that is taken, in bytes.
const maxSecret = 1 << 20

// read takes a secret from standard input, without the line's end.
func (t *Tenants) read() ([]byte, error) {
	if t.Stdin == nil {
		return nil, fmt.Errorf("%w: a secret was to come from standard input, and there is none", ErrUsage)
	}
	b, err := io.ReadAll(io.LimitReader(t.Stdin, maxSecret))
	b = bytes.TrimRight(b, "\r\n")
	if err == nil && len(b) == 0 {
		err = fmt.Errorf("%w: standard input held no secret", ErrUsage)
	}
	return b, err
}

// secret fetches one from where the profile says it is.
func (t *Tenants) secret(name, at string) ([]byte, error) {
	kind, value, _ := strings.Cut(at, ":")
	switch kind {
	case "":
		return nil, nil
	case "keychain":
		s, err := keyring.Get(keychainService, name)
		if err != nil {
			return nil, fmt.Errorf("%w: the keychain does not give the secret of %q: %w", ErrSignIn, name, err)
		}
		return []byte(s), nil
	case "file":
		b, err := os.ReadFile(value)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrSignIn, err)
		}
		return bytes.TrimRight(b, "\r\n"), nil
	case "env":
		s, ok := os.LookupEnv(value)
		if !ok || s == "" {
			return nil, fmt.Errorf("%w: the environment variable %s is not set", ErrSignIn, value)
		}
		return []byte(s), nil
	}
	return t.read()
}

// Connect makes the client of a profile. It sends nothing yet.
func (t *Tenants) Connect(name string, observe func(m365.Attempt)) (*m365.Client, TenantProfile, error) {
	p, err := t.Get(name)
	if err != nil {
		return nil, p, err
	}
	transport, err := p.transport()
	if t.Transport != nil {
		transport, err = t.Transport, nil
	}
	if err != nil {
		return nil, p, err
	}
	secret, err := t.secret(p.Name, p.Secret)
	if err != nil {
		return nil, p, err
	}
	password, err := t.secret(p.Name, p.Password)
	if err != nil {
		return nil, p, err
	}
	cloud, _ := m365.CloudNamed(p.Cloud)
	credential, err := m365.Credential(m365.Profile{
		Cloud: cloud, Tenant: evict.TenantID(p.Tenant), Client: p.Client, Method: m365.Method(p.Method), TokenFile: p.TokenFile, Prompt: t.Prompt,
	}, secret, password, transport)
	if err != nil {
		return nil, p, fmt.Errorf("%w: %w", ErrSignIn, err)
	}
	c, err := m365.New(m365.Config{Cloud: cloud, Tenant: evict.TenantID(p.Tenant), Credential: credential, Transport: transport, Observe: observe})
	return c, p, err
}

// transport is nil, the system's, for everything but a simulator.
func (p *TenantProfile) transport() (m365.Transport, error) {
	if p.Simulator == nil {
		return nil, nil
	}
	authority, err := os.ReadFile(p.Simulator.Authority)
	if err != nil {
		return nil, fmt.Errorf("the simulator's certificate authority: %w", err)
	}
	return m365.Simulated(p.Simulator.Address, authority)
}
