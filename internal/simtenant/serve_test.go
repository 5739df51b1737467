package simtenant

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

func TestServeOverTLS(t *testing.T) {
	a, err := NewAuthority([]string{"graph.microsoft.com"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() {
		ended <- a.Serve(ctx, l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Host) }))
	}()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(a.PEM)
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, l.Addr().String())
	}
	c := &http.Client{Transport: &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{RootCAs: pool}}}
	resp, err := c.Get("https://graph.microsoft.com/v1.0/users")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if string(b) != "graph.microsoft.com" {
		t.Errorf("the host is %q", b)
	}
	if resp, err := c.Get("https://example.com/"); err == nil {
		resp.Body.Close()
		t.Error("a host that is none of the simulator's was believed")
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
