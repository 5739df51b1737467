package collect

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"evict/internal/m365"
)

// atOnce bounds the asks that wait for an answer together; the quotas hold beside it.
const atOnce = 8

// quietDays must precede the first hostile event; the window moves back until they do, at most so many times.
const (
	quietDays  = 14
	maxWidened = 12
)

// collect goes through the stages. What is scarce or perishable starts first; each kind has a quota of its own, so they run beside each other.
func (r *run) collect(ctx context.Context) error {
	if err := r.resolve(ctx); err != nil {
		return err
	}
	if err := r.readClock(ctx); err != nil {
		return err
	}
	if err := r.window(); err != nil {
		return err
	}
	known := make(chan struct{}) // licences and mailboxes: what questions to the audit log depend on
	before := map[string][]string{}
	err := together(ctx,
		r.readReports,
		func(ctx context.Context) error { return r.all(ctx, r.risk(), 1) },
		r.readEssentials(known),
		r.readState(known),
		func(ctx context.Context) error {
			if err := wait(ctx, known); err != nil {
				return err
			}
			for _, a := range r.accounts {
				before[a.ID] = a.names()
			}
			return r.all(ctx, r.audit(), 4*atOnce)
		},
		func(ctx context.Context) error {
			if err := wait(ctx, known); err != nil {
				return err
			}
			return r.all(ctx, r.mailLogs(), atOnce)
		},
	)
	if err != nil || r.in.Depth == Quick {
		return err
	}
	if err := r.all(ctx, r.auditMore(before), 4*atOnce); err != nil {
		return err
	}
	if err := r.otherMailboxes(ctx); err != nil {
		return err
	}
	return r.widen(ctx)
}

// together runs all parts and waits for them; the first error stops the others.
func together(ctx context.Context, parts ...func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for _, part := range parts {
		wg.Go(func() {
			if err := part(ctx); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

func wait(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return context.Cause(ctx)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// essentials are needed before logs can be asked for.
func (r *run) essentials() []*ask {
	out := r.licences()
	for _, a := range r.accounts {
		out = append(out, r.mailbox(a)[0])
	}
	return out
}

// configuration is what an attacker may change in the next minute: the accounts' own first, then the tenant's.
func (r *run) configuration() []*ask {
	var out []*ask
	for _, a := range r.accounts {
		out = append(out, r.rules(a)...)
		out = append(out, r.mailbox(a)[1:]...)
		out = append(out, r.methods(a)...)
		out = append(out, r.devices(a)...)
		out = append(out, r.consents(a)...)
		out = append(out, r.roles(a)...)
		out = append(out, r.delegates(a)...)
	}
	out = append(out, r.mailFlow()...)
	out = append(out, r.restricted()...)
	out = append(out, r.auditSwitches()...)
	out = append(out, r.tenantRoles()...)
	out = append(out, r.applications()...)
	out = append(out, r.domains()...)
	return append(out, r.policies()...)
}

// mailLogs are the trace of the transport and what lies in the folders.
func (r *run) mailLogs() []*ask {
	var out []*ask
	for _, a := range r.accounts {
		if a.Opened {
			continue
		}
		out = append(out, r.messageTraces(a)...)
		out = append(out, r.messages(a)...)
	}
	return out
}

// widen moves the window back until quiet days precede the first hostile event, within what the logs keep.
func (r *run) widen(ctx context.Context) error {
	if r.in.Trouble == nil {
		return nil
	}
	for range maxWidened {
		if _, err := r.result(); err != nil { // what there is, with its coverage, is what it looks at
			return err
		}
		at, ok, err := r.in.Trouble(ctx)
		if err != nil {
			return err
		}
		from := at.UTC().Add(-quietDays * 24 * time.Hour).Truncate(time.Second)
		if !ok || !from.Before(r.from) || !r.from.After(r.to.Add(-r.keptAudit())) {
			return nil
		}
		r.from = from
		if err := r.keepLive(); err != nil {
			return err
		}
		err = together(ctx,
			r.readReports,
			func(ctx context.Context) error { return r.all(ctx, r.audit(), 4*atOnce) },
			func(ctx context.Context) error { return r.all(ctx, r.mailLogs(), atOnce) },
		)
		if err != nil {
			return err
		}
	}
	return nil
}

// mayRun says whether the application is known to be allowed a cmdlet.
func (r *run) mayRun(cmdlet string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.cmdlets, func(c string) bool { return strings.EqualFold(c, cmdlet) })
}

// readCmdlets asks which cmdlets the application may run. Microsoft does not document this answer: its absence proves nothing.
func (r *run) readCmdlets(ctx context.Context) error {
	r.mu.Lock()
	raw, had := r.progress["cmdlets"]
	r.mu.Unlock()
	if had {
		return json.Unmarshal(raw, &r.cmdlets)
	}
	resp, err := r.in.Client.Reader().Do(ctx, m365.Call{Op: "exchange:discover", Query: options("Version", moduleVersion), Header: map[string][]string{"CommandName": {"*"}}, Lane: m365.Configuration})
	if err != nil {
		return context.Cause(ctx) // nothing is known then
	}
	var list struct {
		Value []struct {
			ExportedCmdlets []string `json:"exportedCmdlets"`
		} `json:"value"`
	}
	_ = json.Unmarshal(resp.Body, &list)
	r.mu.Lock()
	for _, v := range list.Value {
		r.cmdlets = append(r.cmdlets, v.ExportedCmdlets...)
	}
	r.mu.Unlock()
	return r.keep("cmdlets", r.cmdlets)
}

// moduleVersion is the version of Microsoft's module whose requests ours are like.
const moduleVersion = "3.9.2"
