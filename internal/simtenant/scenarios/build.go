package scenarios

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"evict/internal/simtenant"
)

// What a tenant of Build is like where its [Config] says nothing.
const (
	usualUsers = 14
	usualDays  = 40
	usualRate  = 0.4
)

// Build makes a whole tenant: its logs, the state that they led to, and the
// truth about each act. It stands at eight o'clock on the morning after the
// last day.
func Build(cfg Config) (*simtenant.World, error) {
	cfg.whole = true
	scenario, _ := Find(cfg.Scenario)
	own := scenario.usual
	cfg.Users, cfg.Days, cfg.Rate = cmp.Or(cfg.Users, own.Users, usualUsers), cmp.Or(cfg.Days, own.Days, usualDays), cmp.Or(cfg.Rate, own.Rate, usualRate)
	var records []Record
	g, err := generate(cfg, func(r Record) error {
		r.JSON = bytes.Clone(r.JSON)
		records = append(records, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(records, func(a, b Record) int { return a.Time.Compare(b.Time) })
	b := newBuilder(g)
	b.people()
	b.tenant()
	b.risk(records)
	for i := range records {
		b.replay(&records[i])
	}
	for _, u := range b.w.Users {
		if u.PUID == "" { // it did nothing that a record would name it for
			u.PUID = "1003" + strings.ToUpper(strings.ReplaceAll(made("puid", u.ID), "-", "")[:12])
		}
	}
	b.logs(records)
	if scenario.finish != nil {
		scenario.finish(b)
	}
	for _, name := range sortedNames(g.expect) {
		b.w.Expect = append(b.w.Expect, simtenant.Expect{Account: name, Verdicts: g.expect[name].Full})
	}
	if !cfg.End.IsZero() {
		b.w.Now = cfg.End.UTC().Truncate(time.Second)
	}
	return b.w, nil
}

// A builder makes the state of a tenant from what its records tell.
type builder struct {
	g     *world
	w     *simtenant.World
	users map[string]*simtenant.User    // by lower-cased UPN, and by object ID
	boxes map[string]*simtenant.Mailbox // by lower-cased UPN, and by alias
	index map[*simtenant.Mailbox]*shelf
	hands map[Hand]string
}

func newBuilder(g *world) *builder {
	end := g.cfg.Start.AddDate(0, 0, g.cfg.Days).Add(8 * time.Hour)
	plans := g.cfg.plans
	if plans == nil {
		plans = []string{"AAD_PREMIUM", "EXCHANGE_S_ENTERPRISE", "MFA_PREMIUM", "SHAREPOINTENTERPRISE", "TEAMS1"}
	}
	w := &simtenant.World{
		ID: tenantID, Name: "Contoso", Domain: domain, Initial: onmicro, Plans: plans, AuditOff: g.cfg.auditOff, Now: end,
		Lists: map[string][]simtenant.Object{}, Policies: map[string]simtenant.Object{},
	}
	if g.cfg.federated > 0 {
		w.Federated = []string{elsewhere}
	}
	return &builder{
		g: g, w: w, users: map[string]*simtenant.User{}, boxes: map[string]*simtenant.Mailbox{}, index: map[*simtenant.Mailbox]*shelf{},
		hands: map[Hand]string{Owner: "owner", Attacker: "attacker", Service: ""},
	}
}

// made is a GUID that follows from its parts alone.
func made(parts ...string) string {
	h := []byte(hex.EncodeToString(digest(parts)[:16]))
	h[12], h[16] = '4', 'a'
	return fmt.Sprintf("%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:])
}

func digest(parts []string) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	return sum[:]
}

// drawn is a number below n that follows from the text alone.
func drawn(n int, parts ...string) int {
	return int(binary.BigEndian.Uint32(digest(parts)) % uint32(n))
}

func sortedNames[T any](m map[string]T) []string {
	var out []string
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// hideTheRule makes the attacker's rule one that Outlook and Graph do not show.
func hideTheRule(b *builder) {
	for _, m := range b.w.Mailboxes {
		for _, r := range m.Rules {
			if r.ByHand == "attacker" {
				r.Hidden = true
			}
		}
	}
}
