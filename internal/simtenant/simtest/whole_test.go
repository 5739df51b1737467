package simtest_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"evict/internal/app"
	"evict/internal/collect"
	"evict/internal/m365"
)

// TestLogsAreWhole: every record of a log that names an account, and that the
// tenant showed when it was asked, is in the evidence.
func TestLogsAreWhole(t *testing.T) {
	names := []string{"aitm-invoice", "shared-mailbox"}
	if os.Getenv("EVICT_TORTURE") != "" {
		names = nil
		for _, s := range app.Scenarios() {
			names = append(names, s.Name)
		}
	}
	for i, name := range names { // by one interface and by the other
		without := []string{"", "AuditLogsQuery.Read.All"}[i%2]
		t.Run(name, func(t *testing.T) {
			inSite(t, app.SimulateOptions{Scenario: name, Seed: uint64(i)}, func(s *site) { s.logsAreWhole(without) })
		})
	}
}

func (s *site) logsAreWhole(without string) {
	t, began := s.t, s.tenant.Now()
	for _, c := range s.world.Clients {
		c.Permissions = slices.DeleteFunc(c.Permissions, func(p string) bool { return p == without })
	}
	m := &shelf{}
	res, err := collect.Live(t.Context(), collect.LiveInput{Client: s.client, Cloud: m365.Worldwide.Name, Case: m, CaseID: "whole", Accounts: s.expected(), Depth: collect.Standard, Requester: "tester"})
	if err != nil {
		t.Fatal(err)
	}
	held, licensed := m.ids(t), slices.Contains(s.world.Plans, "AAD_PREMIUM")
	for _, a := range res.Accounts {
		names := s.names(a.ID)
		missing, sample := map[string]int{}, map[string]string{}
		for _, r := range s.world.Log {
			kept := r.Kind == "audit" && !s.world.AuditOff || licensed || r.Kind == "message-trace"
			if !kept || a.Opened || r.Available.After(began) || r.Time.Before(res.Window.From) || held[r.ID] {
				continue
			}
			if slices.ContainsFunc(r.Names, func(n string) bool { return slices.Contains(names, strings.ToLower(n)) }) {
				key := fmt.Sprint(r.Kind, " ", r.Operation)
				missing[key]++
				sample[key] = r.Time.Format(time.RFC3339) + string(r.Body)
			}
		}
		for key, n := range missing {
			t.Errorf("%s: %d of %s aren't in the evidence: %.700s", a.UPN, n, key, sample[key])
		}
	}
}

// names are those by which records name an account, in lower case.
func (s *site) names(id string) []string {
	var out []string
	for _, u := range s.world.Users {
		if u.ID == id {
			out = append(out, u.ID, u.UPN, u.PUID)
			out = append(out, u.Former...)
		}
	}
	for _, m := range s.world.Mailboxes {
		if m.User == id {
			out = append(out, m.GUID)
		}
	}
	for i, n := range out {
		out[i] = strings.ToLower(n)
	}
	return out
}
