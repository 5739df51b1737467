package simtest_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"evict/internal/app"
	"evict/internal/simtenant"
)

// independentChecks are those of clients/clients.mjs, in their order.
var independentChecks = []string{"secret", "wrong secret", "certificate", "device code", "select", "pages", "filter and count", "mail", "unknown path",
	"not found", "throttled once", "batch", "write", "no permission", "no token"}

// Microsoft's own MSAL and Graph clients for JavaScript work against the simulated tenant, unchanged but for addresses
// and the certificate authority: it is not our client that makes it look right.
func TestIndependentClients(t *testing.T) {
	node, err := exec.LookPath("node")
	if _, missing := os.Stat(filepath.Join("clients", "node_modules")); err != nil || missing != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("Microsoft's clients are not installed: scripts/clients.sh does it")
		}
		t.Skip("Microsoft's clients are not installed: scripts/clients.sh does it")
	}
	w, _, err := app.SimulateOptions{Users: 8, Days: 16, Seed: 5, Present: time.Now()}.World()
	if err != nil {
		t.Fatal(err)
	}
	key, thumbprint := certificate(t)
	registered := app.Register(w)[1]
	certified := *w.Clients[len(w.Clients)-1]
	certified.ID, certified.Secret, certified.Thumbprint, certified.Key = "c3171f1e-0000-4000-8000-000000000001", "", thumbprint, &key.PublicKey
	public := simtenant.Client{ID: "9ab11c00-0000-4000-8000-000000000001", Delegated: []string{"User.Read"}}
	w.Clients = append(w.Clients, &certified, &public)
	tenant := simtenant.New(w, simtenant.Options{})
	tenant.Fail(simtenant.Fault{Kind: simtenant.ThrottleStorm, Operation: "GET /domains", Times: 1, Seed: 1})

	authority, err := simtenant.NewAuthority([]string{"localhost"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- authority.Serve(ctx, l, tenant) }()
	defer func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	}()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, authority.PEM, 0o600); err != nil {
		t.Fatal(err)
	}
	user := w.Users[2]
	_, port, _ := net.SplitHostPort(l.Addr().String())
	input, err := json.Marshal(map[string]any{
		"address": "localhost:" + port, "host": "localhost", "tenant": w.ID, "client": registered.Client, "secret": registered.Secret, "certified": certified.ID, "thumbprint": hexOf(thumbprint),
		"key": string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})), "public": public.ID,
		"user": user.UPN, "id": user.ID, "password": user.Password, "users": len(w.Users), "domain": w.Domain,
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, "clients.mjs")
	cmd.Dir, cmd.Stdin, cmd.Env = "clients", bytes.NewReader(input), append(os.Environ(), "NODE_EXTRA_CA_CERTS="+ca)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	for _, name := range independentChecks {
		if !strings.Contains("\n"+string(out), "\nok "+name+"\n") {
			t.Errorf("%s: not done", name)
		}
	}
	if fired := tenant.FaultsFired(); len(fired) != 1 {
		t.Errorf("the 429 was given %d times", len(fired))
	}
	if c := tenant.Changes(); len(c) != 1 || c[0].Object != user.ID {
		t.Errorf("the tenant noted the changes %v", c)
	}
}

// certificate makes a key with a certificate, and its SHA-256 in base64url as assertions carry it.
func certificate(t *testing.T) (*rsa.PrivateKey, string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "independent"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(der)
	return key, base64.RawURLEncoding.EncodeToString(sum[:])
}

// hexOf is a thumbprint as MSAL wants it.
func hexOf(thumbprint string) string {
	raw, _ := base64.RawURLEncoding.DecodeString(thumbprint)
	return hex.EncodeToString(raw)
}
