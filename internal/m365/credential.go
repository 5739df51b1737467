package m365

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"evict"
)

// A Method is how an application or a person signs in.
type Method string

// Ways to sign in.
const (
	ClientSecret     Method = "client-secret"
	Certificate      Method = "certificate"
	DeviceCode       Method = "device-code"
	ManagedIdentity  Method = "managed-identity"
	WorkloadIdentity Method = "workload-identity"
	AzureCLI         Method = "azure-cli"
)

// Methods lists them.
var Methods = []Method{ClientSecret, Certificate, DeviceCode, ManagedIdentity, WorkloadIdentity, AzureCLI}

// A Profile says how to reach a tenant. It holds no secret.
type Profile struct {
	Cloud  Cloud
	Tenant evict.TenantID
	Client string // application ID; not needed for azure-cli
	Method Method
	// TokenFile of a workload identity; "" is what the environment says.
	TokenFile string
	// Prompt shows a person what to do with a device code. The text is Microsoft's.
	Prompt func(message string)
}

// Credential makes the credential of a profile. The secret is a client secret, or the PEM or PKCS#12 bytes of a certificate with its key, whose password is
// the second secret; the other methods have none. The credential's requests leave through the same guard as all others. transport nil is the system's.
func Credential(p Profile, secret, password []byte, transport http.RoundTripper) (azcore.TokenCredential, error) {
	if p.Method != ClientSecret && p.Method != Certificate {
		return credential(p, secret, password, transport)
	}
	r := &renewable{make: func() (azcore.TokenCredential, error) { return credential(p, secret, password, transport) }}
	return r, r.renew()
}

// A renewable credential can be made anew without asking anybody. Its library keeps a token until its end, even one that the service refuses.
type renewable struct {
	make func() (azcore.TokenCredential, error)
	mu   sync.Mutex
	now  azcore.TokenCredential
}

func (r *renewable) renew() error {
	c, err := r.make()
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = c
	return nil
}

// GetToken as azcore wants it.
func (r *renewable) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	r.mu.Lock()
	c := r.now
	r.mu.Unlock()
	return c.GetToken(ctx, o)
}

func credential(p Profile, secret, password []byte, transport http.RoundTripper) (azcore.TokenCredential, error) {
	g := newGuard(p.Cloud, transport)
	opt := policy.ClientOptions{
		Transport: sender{g},
		Retry:     policy.RetryOptions{MaxRetries: -1}, // the client repeats
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: "https://" + p.Cloud.Login + "/"},
		Telemetry: policy.TelemetryOptions{Disabled: true},
	}
	tenant := string(p.Tenant)
	// The hosts are ours to know: asking Microsoft whether they are its own would reach another cloud.
	const trusted = true
	switch p.Method {
	case ClientSecret:
		return checked(azidentity.NewClientSecretCredential(tenant, p.Client, string(secret), &azidentity.ClientSecretCredentialOptions{ClientOptions: opt, DisableInstanceDiscovery: trusted}))
	case Certificate:
		certs, key, err := azidentity.ParseCertificates(secret, password)
		if err != nil {
			return nil, errors.New("m365: no certificate with its key could be read; PEM or PKCS#12, and is the password right?")
		}
		return checked(azidentity.NewClientCertificateCredential(tenant, p.Client, certs, key, &azidentity.ClientCertificateCredentialOptions{ClientOptions: opt, DisableInstanceDiscovery: trusted}))
	case DeviceCode:
		return checked(azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{ClientOptions: opt, ClientID: p.Client, TenantID: tenant, DisableInstanceDiscovery: trusted,
			UserPrompt: func(_ context.Context, m azidentity.DeviceCodeMessage) error {
				if p.Prompt == nil {
					return errors.New("nobody is there to enter a device code")
				}
				p.Prompt(m.Message)
				return nil
			}}))
	case ManagedIdentity:
		g.identity = identityHost()
		o := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: opt}
		if p.Client != "" {
			o.ID = azidentity.ClientID(p.Client)
		}
		return checked(azidentity.NewManagedIdentityCredential(o))
	case WorkloadIdentity:
		return checked(azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{ClientOptions: opt, ClientID: p.Client, TenantID: tenant, TokenFilePath: p.TokenFile, DisableInstanceDiscovery: trusted}))
	case AzureCLI:
		return checked(azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{TenantID: tenant}))
	}
	return nil, fmt.Errorf("m365: no way to sign in called %q", p.Method)
}

// checked keeps a failed credential from becoming an interface that is not nil.
func checked[C azcore.TokenCredential](c C, err error) (azcore.TokenCredential, error) {
	if err != nil {
		return nil, errors.New("m365: the credential can't be made: a value is missing or not of its form (tenant, application ID, secret)")
	}
	return c, nil
}

// identityHost is where this machine's tokens come from. Source: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token.
func identityHost() string {
	if u, err := url.Parse(os.Getenv("IDENTITY_ENDPOINT")); err == nil && u.Host != "" {
		return u.Host
	}
	return "169.254.169.254"
}

// loginPatience is how long one answer of the login service may take.
const loginPatience = time.Minute

// sender is a guard as azcore wants it. It reads the whole answer, so that its patience holds for the body too.
type sender struct{ g *guard }

func (s sender) Do(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), loginPatience)
	defer cancel()
	resp, err := s.g.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, largest))
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}
