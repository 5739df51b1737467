package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"evict"
	"evict/internal/casefile"
	"evict/internal/casefile/disk"
	"evict/internal/collect"
	"evict/internal/gate"
	"evict/internal/m365"
	"evict/internal/timeline"

	"github.com/google/uuid"
)

// ErrLocked marks a case that another operator or process has open.
var ErrLocked = errors.New("the case is in use")

// SourceProgress says how far one source of one account is.
type SourceProgress = collect.SourceProgress

// CollectOptions are what a person says of a collection.
type CollectOptions struct {
	Tenants  *Tenants
	Profile  string // of the tenant
	Case     string // folder; made when it is not there
	Accounts []string
	Since    time.Time
	Reported *evict.Reported
	Depth    string // quick, standard or full
	Again    bool   // read the logs of a case on to the present
	Operator string // who asks
	Progress func(collect.SourceProgress)
}

// Collected says what a collection brought. Schema: evict.collection/v1.
type Collected struct {
	Schema   string              `json:"schema"`
	Case     string              `json:"case"`
	Folder   string              `json:"folder"`
	Tenant   string              `json:"tenant"`
	Accounts []casefile.Account  `json:"accounts"`
	Window   casefile.Window     `json:"window"`
	Sources  []casefile.Coverage `json:"sources"`
	Complete bool                `json:"complete"`
}

// Collect gathers the evidence on some accounts of a live tenant into a case, or goes on with
// one that was interrupted. Accounts that the case was collected for before stay in it. It changes nothing in the tenant but that it asks for audit searches.
func Collect(ctx context.Context, o CollectOptions) (*Collected, error) {
	client, profile, over, err := o.Tenants.connectHeard(ctx, o.Profile)
	defer over()
	if err != nil {
		return nil, err
	}
	return CollectFrom(ctx, client, profile, o)
}

// CollectFrom is Collect through a client that there is already.
func CollectFrom(ctx context.Context, client *m365.Client, profile TenantProfile, o CollectOptions) (*Collected, error) {
	c, err := openCase(o, profile)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	meta := c.Meta()
	res, err := collect.Live(ctx, collect.LiveInput{
		Client: client, Cloud: profile.Cloud, Case: c, CaseID: meta.ID, Accounts: o.Accounts, Since: o.Since, Reported: meta.Reported.At.Std(), Depth: collect.Depth(o.Depth), Again: o.Again,
		Requester: requester(o.Operator, profile), Progress: o.Progress,
		Journal: func(operation, detail string) error {
			raw, err := json.Marshal(map[string]string{"operation": operation, "detail": detail})
			if err == nil {
				_, err = c.Journal().Append(gate.Entry{Time: time.Now().UTC(), Kind: gate.Requested, Who: o.Operator, Detail: raw})
			}
			return err
		},
		Trouble: func(ctx context.Context) (time.Time, bool, error) { return firstTrouble(ctx, c) },
	})
	if err != nil {
		return nil, signIn(err)
	}
	meta.Accounts = accountsOf(res.Accounts)
	if err := c.SetMeta(meta); err != nil {
		return nil, err
	}
	return &Collected{Schema: "evict.collection/v1", Case: meta.ID, Folder: o.Case, Tenant: string(meta.Tenant), Accounts: meta.Accounts, Window: res.Window, Sources: res.Coverage, Complete: res.Complete}, nil
}

func requester(operator string, p TenantProfile) string {
	return operator + ", application " + p.Client + ", profile " + p.Name
}

func accountsOf(list []collect.Account) []casefile.Account {
	out := []casefile.Account{}
	for _, a := range list {
		if !a.Opened {
			out = append(out, casefile.Account{ID: a.ID, UPN: a.UPN, Asked: a.Asked})
		}
	}
	return out
}

// openCase opens the folder's case, or makes one. A case of another tenant is refused.
func openCase(o CollectOptions, p TenantProfile) (*casefile.Case, error) {
	if _, err := os.Stat(filepath.Join(o.Case, "case.json")); err == nil {
		c, err := casefile.Open(disk.OS{}, o.Case, o.Operator)
		if locked := new(casefile.LockedError); errors.As(err, &locked) {
			return nil, fmt.Errorf("%w: %w", ErrLocked, err)
		}
		if err != nil {
			return nil, err
		}
		if m := c.Meta(); string(m.Tenant) != p.Tenant {
			c.Close()
			return nil, fmt.Errorf("%w: the case in %s is of tenant %s, and the profile %s is of %s", ErrUsage, o.Case, m.Tenant, p.Name, p.Tenant)
		}
		return c, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if o.Again {
		return nil, fmt.Errorf("%w: %s holds no case to read on", ErrUsage, o.Case)
	}
	now := time.Now().UTC()
	m := casefile.Meta{Format: casefile.Format, Reader: casefile.Format, ID: caseID(now), Tenant: evict.TenantID(p.Tenant), Cloud: p.Cloud, Created: now, Operator: o.Operator}
	if o.Reported != nil {
		m.Reported = *o.Reported
	}
	for _, a := range o.Accounts {
		m.Accounts = append(m.Accounts, casefile.Account{Asked: a})
	}
	return casefile.Create(disk.OS{}, o.Case, m, o.Operator)
}

// caseID is the day and a random part, safe as a file's name.
func caseID(now time.Time) string {
	return "case-" + now.Format("20060102") + "-" + uuid.NewString()[:8]
}

// firstTrouble investigates what a case holds so far.
func firstTrouble(ctx context.Context, c *casefile.Case) (time.Time, bool, error) {
	o := Options{}
	in, done, err := o.inputOf(c)
	if err != nil {
		return time.Time{}, false, err
	}
	defer done()
	inv, err := timeline.Run(ctx, in)
	if errors.Is(err, timeline.ErrNoEvidence) {
		return time.Time{}, false, nil
	}
	if err != nil {
		return time.Time{}, false, err
	}
	var first evict.Time
	for _, a := range inv.Accounts {
		if a.FirstTrouble.Set && (!first.Set || a.FirstTrouble.Before(first)) {
			first = a.FirstTrouble
		}
	}
	return first.Std(), first.Set, nil
}
