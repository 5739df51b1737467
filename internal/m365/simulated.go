package m365

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
)

// A Transport carries requests once the client has let them out.
type Transport = http.RoundTripper

// Simulated is a transport to a simulated tenant: every host of Microsoft's is looked for at
// one address, and only a certificate of the simulator's own authority (PEM) is believed, so
// that nothing meant for it reaches Microsoft, nor the other way round.
func Simulated(address string, authority []byte) (Transport, error) {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(authority) {
		return nil, errors.New("m365: no certificate in the simulator's authority file")
	}
	var d net.Dialer
	return &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return d.DialContext(ctx, network, address)
		},
		TLSClientConfig:     &tls.Config{RootCAs: pool},
		MaxIdleConnsPerHost: 8,
		ForceAttemptHTTP2:   true,
	}, nil
}
