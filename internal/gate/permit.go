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
	of                        Attempt
	used                      atomic.Bool
}

// An Attempt is one send of one step's request, as the journal knows it.
type Attempt struct {
	Case   string
	Plan   string // hash
	Step   string
	Number int // of the step, from 1
}

// ErrPermit: there is no permit for this request.
var ErrPermit = errors.New("no permit for this request")

// Use spends the permit when it is for exactly this request. A nil permit is for none.
func (p *Permit) Use(tenant, operation, target string, digest [32]byte) error {
	if p == nil || p.tenant == "" || p.tenant != tenant || p.operation != operation || p.target != target || p.digest != digest {
		return ErrPermit
	}
	if !p.used.CompareAndSwap(false, true) {
		return ErrPermit
	}
	return nil
}

// Attempt that the permit is for.
func (p *Permit) Attempt() Attempt { return p.of }
