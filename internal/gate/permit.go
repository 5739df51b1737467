// Package gate lets nothing change a tenant without an approved step.
package gate

import (
	"errors"
	"sync/atomic"
)

// A Permit is good for one send of one request.
type Permit struct {
	tenant, operation, target string
	digest                    [32]byte
	used                      atomic.Bool
}

// ErrPermit: there is no permit for this request.
var ErrPermit = errors.New("no permit for this request")

// Use spends the permit when it is for exactly this request. A nil permit is for none.
func (p *Permit) Use(tenant, operation, target string, digest [32]byte) error {
	if p == nil || p.tenant != tenant || p.operation != operation || p.target != target || p.digest != digest {
		return ErrPermit
	}
	if !p.used.CompareAndSwap(false, true) {
		return ErrPermit
	}
	return nil
}
