package timeline

import (
	"testing"
	"time"

	"evict"
)

func upn(s string) evict.Principal    { return evict.Principal{Kind: evict.UPN, ID: s} }
func object(s string) evict.Principal { return evict.Principal{Kind: evict.ObjectID, ID: s} }
func puid(s string) evict.Principal   { return evict.Principal{Kind: evict.PUID, ID: s} }

func day(n int) evict.Time {
	return evict.At(time.Date(2026, 10, n, 9, 0, 0, 0, time.UTC), evict.Second)
}

func act(t evict.Time, who evict.Principal, aliases ...evict.Principal) *evict.Event {
	return &evict.Event{ID: "r", Tenant: "t", Kind: evict.MailboxAudit, Op: "Send", Time: t, Outcome: evict.Success, Actor: who, ActorAliases: aliases}
}

func accountsOf(events ...*evict.Event) *accounts {
	n := newNames()
	for _, e := range events {
		n.add(e)
	}
	return n.build()
}

func TestNamesPairedByOneRecordAreOneAccount(t *testing.T) {
	a := accountsOf(
		act(day(1), upn("dana@contoso.example"), puid("1003200000000001")),
		act(day(2), object("0d1f"), puid("1003200000000001")),
		act(day(3), upn("erik@contoso.example")),
	)
	if len(a.list) != 2 {
		t.Fatalf("got %d accounts, want 2: %+v", len(a.list), a.list)
	}
	for _, p := range []evict.Principal{puid("1003200000000001"), object("0d1f")} {
		if a.resolve("t", p, day(1)) != a.resolve("t", upn("dana@contoso.example"), day(1)) {
			t.Errorf("%v is not dana", p)
		}
	}
	i := a.resolve("", upn("dana@contoso.example"), day(1)) // a log without a tenant ID
	if i < 0 || a.list[i].name != "dana@contoso.example" || a.list[i].id.ID != "0d1f" {
		t.Errorf("dana is %d of %+v", i, a.list)
	}
}

// A UPN given to a second person belongs to each at its time, and does not merge them.
func TestRecycledName(t *testing.T) {
	a := accountsOf(
		act(day(1), upn("info@contoso.example"), object("aaaa")),
		act(day(5), upn("info@contoso.example"), object("aaaa")),
		act(day(20), upn("info@contoso.example"), object("bbbb")),
	)
	if len(a.list) != 2 {
		t.Fatalf("got %d accounts, want 2", len(a.list))
	}
	first, second := a.resolve("t", upn("info@contoso.example"), day(4)), a.resolve("t", upn("info@contoso.example"), day(21))
	if first == second || first != a.resolve("t", object("aaaa"), day(4)) || second != a.resolve("t", object("bbbb"), day(4)) {
		t.Errorf("first %d, second %d of %+v", first, second, a.list)
	}
}

func TestNameOnlyInFailedSignInsIsNoAccount(t *testing.T) {
	failed := act(day(1), upn("nobody@contoso.example"))
	failed.Kind, failed.Outcome = evict.SignIns, evict.Failure
	if a := accountsOf(failed); len(a.list) != 0 {
		t.Errorf("accounts %+v", a.list)
	}
}

func TestServiceIsNoAccount(t *testing.T) {
	if a := accountsOf(act(day(1), evict.Principal{Kind: evict.Service, ID: `nt authority\system`})); len(a.list) != 0 {
		t.Errorf("accounts %+v", a.list)
	}
}
