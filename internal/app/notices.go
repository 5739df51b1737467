package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"evict/internal/m365"
	"evict/internal/respond"
)

// notice tells the person at the other end something that can't wait for the result.
func (t *Tenants) notice(format string, args ...any) {
	if t.Notice != nil {
		t.Notice(fmt.Sprintf(format, args...))
	}
}

// silences are how long a tenant has not answered anything when it is said: requests are tried again for minutes.
var silences = []time.Duration{8 * time.Second, 30 * time.Second, 60 * time.Second}

// connectHeard is Connect for what begins to ask at once: until the tenant's first answer, its silence is said. Call over when
// nothing is asked any more.
func (t *Tenants) connectHeard(ctx context.Context, name string) (c *m365.Client, p TenantProfile, over func(), err error) {
	var heard atomic.Bool
	c, p, err = t.Connect(name, func(a m365.Attempt) {
		if a.Status != 0 {
			heard.Store(true)
		}
	})
	ctx, over = context.WithCancel(ctx)
	if err == nil && p.Method != string(m365.DeviceCode) { // a person may be typing the code
		go t.watch(ctx, &heard)
	}
	return c, p, over, err
}

func (t *Tenants) watch(ctx context.Context, heard *atomic.Bool) {
	start := time.Now()
	for _, d := range silences {
		wait := time.NewTimer(time.Until(start.Add(d)))
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return
		}
		if heard.Load() {
			return
		}
		t.notice("the tenant can't be reached so far: no answer for %d seconds, neither from the login service nor behind it. It is tried again; look at the network and at 'evict tenant list'. What was not sent is not doubled later.", int(d.Seconds()))
	}
}

// responder is the profile of the same tenant whose application responds, where p's does not; "" when there is none.
func (t *Tenants) responder(p TenantProfile) string {
	list, err := t.List()
	if err != nil || p.Responds {
		return ""
	}
	i := slices.IndexFunc(list, func(o TenantProfile) bool { return o.Responds && o.Tenant == p.Tenant })
	if i < 0 {
		return ""
	}
	return list[i].Name
}

// lacking says what to do where the tenant forbade what a run sent; "" where it did not.
func (t *Tenants) lacking(p TenantProfile, ran respond.Summary) string {
	if !slices.ContainsFunc(ran.Steps, func(r respond.StepResult) bool {
		return r.State == respond.Failed && strings.Contains(r.Why, "(HTTP 403)")
	}) {
		return ""
	}
	out := fmt.Sprintf("The tenant forbade it (403): the application of the profile %s lacks the permission. Which one, says: evict tenant check %s", p.Name, p.Name)
	if o := t.responder(p); o != "" {
		out += fmt.Sprintf(". The profile %s is the one that responds: --tenant %s", o, o)
	}
	return out
}
