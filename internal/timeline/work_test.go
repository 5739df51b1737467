package timeline

import (
	"testing"
	"time"

	"evict"
)

// What an application did in a declared time is no evidence; what anybody else did then is, and so is what the
// application did at another time.
func TestWorkOfAnApplication(t *testing.T) {
	const client, principal, other = "4e590d00-7b3c-4a55-8f1e-0a9b8c7d6e5f", "5e7f1ce0-0000-4000-8000-000000000001", "66666666-0000-4000-8000-000000000001"
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	in := Input{}
	for _, by := range []string{client, principal} {
		in.Work = append(in.Work, Work{By: by, From: evict.At(noon, evict.Second), To: evict.At(noon.Add(time.Hour), evict.Second)})
	}
	for _, c := range []struct {
		name  string
		actor evict.Principal
		app   string
		at    time.Duration
		want  bool
	}{
		{"a directory change", evict.Principal{Kind: evict.ServicePrincipalID, ID: principal}, "", time.Minute, true},
		{"a cmdlet", evict.Principal{Kind: evict.ServicePrincipalID, ID: "unknown"}, client, time.Minute, true},
		{"too early", evict.Principal{Kind: evict.ServicePrincipalID, ID: principal}, client, -time.Minute, false},
		{"too late", evict.Principal{Kind: evict.ServicePrincipalID, ID: principal}, client, 2 * time.Hour, false},
		{"another application", evict.Principal{Kind: evict.ServicePrincipalID, ID: other}, other, time.Minute, false},
		{"a person through the application", evict.Principal{Kind: evict.UPN, ID: "dana@contoso.example"}, client, time.Minute, false},
	} {
		e := evict.Event{Actor: c.actor, Time: evict.At(noon.Add(c.at), evict.Second)}
		e.Origin.AppID = c.app
		if got := in.declared(&e); got != c.want {
			t.Errorf("%s: declared is %v, want %v", c.name, got, c.want)
		}
	}
}

// Microsoft's records of a risk that this program set say that an administrator did, and not who: what was set
// in that time, of that account, is its. What Microsoft itself saw then is evidence.
func TestWorkThatSetsARisk(t *testing.T) {
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	in := Input{Work: []Work{{Account: "0d1f", Risk: true, From: evict.At(noon, evict.Second), To: evict.At(noon.Add(time.Hour), evict.Second)}}}
	for _, c := range []struct {
		name, of, reason string
		at               time.Duration
		want             bool
	}{
		{"confirmed", "0d1f", "adminConfirmedUserCompromised", time.Minute, true},
		{"dismissed", "0d1f", "adminDismissedAllRiskForUser", time.Minute, true},
		{"what Microsoft saw", "0d1f", "none", time.Minute, false},
		{"another account", "0e2a", "adminConfirmedUserCompromised", time.Minute, false},
		{"long before", "0d1f", "adminConfirmedUserCompromised", -time.Hour, false},
	} {
		e := evict.Event{Kind: evict.RiskLog, Time: evict.At(noon.Add(c.at), evict.Second), Detail: &evict.Risk{Reason: c.reason, State: "confirmedCompromised"},
			Subjects: []evict.Subject{{Part: evict.Target, Who: upn("dana@contoso.example"), Aliases: []evict.Principal{object(c.of)}}}}
		if got := in.declared(&e); got != c.want {
			t.Errorf("%s: declared is %v, want %v", c.name, got, c.want)
		}
	}
}

// Sign-ins to this program are its own work at the time of its requests, a person's too; others' are not.
func TestSignInsToTheProgram(t *testing.T) {
	const client, other = "4e590d00-7b3c-4a55-8f1e-0a9b8c7d6e5f", "66666666-0000-4000-8000-000000000001"
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	in := Input{Work: []Work{{By: client, SignIns: true, From: evict.At(noon, evict.Second), To: evict.At(noon.Add(time.Hour), evict.Second)}}}
	for _, c := range []struct {
		name   string
		detail evict.Detail
		app    string
		at     time.Duration
		want   bool
	}{
		{"the operator's device code", &evict.SignIn{Protocol: "deviceCode"}, client, time.Minute, true},
		{"before that", &evict.SignIn{Protocol: "deviceCode"}, client, -time.Minute, false},
		{"to another application", &evict.SignIn{Protocol: "deviceCode"}, other, time.Minute, false},
		{"what a person did through it", &evict.Changes{}, client, time.Minute, false},
	} {
		e := evict.Event{Actor: upn("dana@contoso.example"), Time: evict.At(noon.Add(c.at), evict.Second), Detail: c.detail}
		e.Origin.AppID = c.app
		if got := in.declared(&e); got != c.want {
			t.Errorf("%s: declared is %v, want %v", c.name, got, c.want)
		}
	}
}
