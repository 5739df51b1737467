package simtenant

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const forwardOn = `"Identity":"` + danaID + `","DeliverToMailboxAndForward":true`

// forwards is what a read says of Dana's mailbox.
func forwards(c *client) bool {
	got := c.cmdlet("Get-Mailbox", `"Identity":"`+danaID+`"`).want(c.t, 200, "")
	return got.rows()[0]["DeliverToMailboxAndForward"] == true
}

// A read after a write shows the old value at first, some go back and forth, and
// in the end all show the new one.
func TestStaleReads(t *testing.T) {
	flapped, stale := 0, 0
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			c := with(t, Options{Seed: seed, Staleness: Staleness{Exchange: Delay{Least: 10 * time.Second, Most: 300 * time.Second, Flaps: true}}}, "Exchange.ManageAsApp")
			c.cmdlet("Set-Mailbox", forwardOn).want(t, 200, "")
			changes, last := 0, false
			for range 310 {
				now := forwards(c)
				if now != last {
					changes, last = changes+1, now
				}
				if !now {
					stale++
				}
				time.Sleep(time.Second)
			}
			if !last || changes%2 != 1 {
				t.Errorf("seed %d: %d changes, at the end %v", seed, changes, last)
			}
			if changes > 1 {
				flapped++
			}
			if len(c.tenant.stale.versions) != 0 {
				t.Errorf("seed %d: versions are kept for ever", seed)
			}
		})
	}
	if flapped < 5 || stale < 20*10 {
		t.Errorf("%d of 20 flapped, %d stale reads", flapped, stale)
	}
}

// What was written elsewhere, or to another family of the same object, is seen
// in its own time.
func TestStalePerFamily(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			c := with(t, Options{Seed: seed, Staleness: Staleness{Exchange: Delay{Most: 300 * time.Second}}}, "Exchange.ManageAsApp")
			c.cmdlet("Set-Mailbox", forwardOn).want(t, 200, "")
			c.cmdlet("Set-CASMailbox", `"Identity":"`+danaID+`","ImapEnabled":false`).want(t, 200, "")
			time.Sleep(150 * time.Second)
			got := c.cmdlet("Get-CASMailbox", `"Identity":"`+danaID+`"`).want(t, 200, "")
			seen[fmt.Sprint(forwards(c), got.rows()[0]["ImapEnabled"])] = true
		})
	}
	if len(seen) != 4 {
		t.Errorf("of the four combinations only %v", seen)
	}
}

// Several writes to one thing: reads show one of its values, never a mixture,
// and never an older one after a newer is there for good.
func TestStaleSeries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := with(t, Options{Seed: 3, Staleness: Staleness{Exchange: Delay{Least: 20 * time.Second, Most: 60 * time.Second}}}, "Exchange.ManageAsApp")
		for i := range 4 {
			c.cmdlet("Set-MailboxAutoReplyConfiguration", fmt.Sprintf(`"Identity":"%s","AutoReplyState":"Enabled","InternalMessage":"%d","ExternalMessage":"%d"`, danaID, i, i)).want(t, 200, "")
			time.Sleep(5 * time.Second)
		}
		var order []string
		for range 80 {
			row := c.cmdlet("Get-MailboxAutoReplyConfiguration", `"Identity":"`+danaID+`"`).want(t, 200, "").rows()[0]
			in, out := textOf(row, "InternalMessage"), textOf(row, "ExternalMessage")
			if in != out {
				t.Fatalf("a mixture: %q and %q", in, out)
			}
			if len(order) == 0 || order[len(order)-1] != in {
				order = append(order, in)
			}
			time.Sleep(time.Second)
		}
		if !slices.IsSorted(order) || order[len(order)-1] != "3" || order[0] == "3" {
			t.Errorf("seen in the order %q", order)
		}
	})
}

// Objects that a write makes or removes are stale too, and the world itself is not touched.
func TestStaleObjects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := with(t, Options{Staleness: Staleness{Exchange: Delay{Least: 30 * time.Second}, Directory: Delay{Least: 40 * time.Second}}}, "Exchange.ManageAsApp", "MailboxSettings.ReadWrite", "MailboxSettings.Read")
		rules := func() int {
			return len(c.ask("GET", "/v1.0/users/"+danaID+"/mailFolders/inbox/messageRules", "").want(t, 200, "").rows())
		}
		c.cmdlet("New-InboxRule", `"Mailbox":"`+danaID+`","Name":"x","DeleteMessage":true`).want(t, 200, "")
		if n := rules(); n != 0 || len(c.tenant.world.mailboxOf(danaID).Rules) != 1 {
			t.Errorf("%d rules are seen at once", n)
		}
		time.Sleep(31 * time.Second)
		if n := rules(); n != 1 {
			t.Errorf("%d rules are seen in the end", n)
		}
		// Straight on the parts: a user that comes, one that goes, one that changes.
		s := &c.tenant.stale
		in := &call{t: c.tenant}
		before := s.look(in)
		w := c.tenant.world
		w.Users = append(slices.DeleteFunc(w.Users, func(u *User) bool { return u.ID == lookID }), &User{ID: "new", UPN: "new@contoso.example", Methods: []*Method{{ID: "m"}}})
		w.userByID(bossID).Enabled = false
		w.Transport = append(w.Transport, Object{"Name": "rule"})
		w.Policies = map[string]Object{"P": {"a": 1}}
		s.keep(in, before)
		names := func(w *World) string {
			var out []string
			for _, u := range w.Users {
				out = append(out, fmt.Sprintf("%s %v %d", strings.Split(u.UPN, "@")[0], u.Enabled, len(u.Methods)))
			}
			slices.Sort(out)
			return fmt.Sprint(out, len(w.Transport), len(w.Policies))
		}
		was := names(w)
		if got, want := names(s.seen(w, time.Now())), "[accounts true 0 bo true 0 dana true 0 dana.reyes true 0 synced true 0] 0 0"; got != want {
			t.Errorf("seen %s, want %s", got, want)
		}
		if names(w) != was {
			t.Error("reading changed the world")
		}
		if got := s.seen(w, time.Now().Add(time.Minute)); got != w {
			t.Errorf("a minute later: %s", names(got))
		}
	})
}

// Every field of the world that requests change has a place in the table of what
// replicates, or a reason to have none.
func TestReplicatedFields(t *testing.T) {
	never := map[string]string{"ID": "", "Name": "", "Domain": "", "Initial": "", "Now": "", "Federated": "no call changes it", "Plans": "no call changes it", "AuditOff": "takes an hour by itself", "Risky": "Entra's own", "Log": "has its own delay", "Clients": "", "Expect": "", "logs": "", "due": "what happens by itself"}
	for i := range reflect.TypeFor[World]().NumField() {
		name := reflect.TypeFor[World]().Field(i).Name
		if _, ok := never[name]; ok || slices.Contains(replicatedWhole, name) || slices.ContainsFunc(replicatedLists, func(l replicated) bool { return l.field == name }) {
			continue
		}
		t.Errorf("World.%s replicates in no part", name)
	}
}

func TestDeepCopy(t *testing.T) {
	w := shopWorld()
	c := copyWorld(w)
	if !reflect.DeepEqual(w, c) {
		t.Fatal("the copy is another world")
	}
	c.Users[0].UPN, c.Mailboxes[0].Folders[0].Name, c.Recipients[0]["Name"] = "x", "x", "x"
	if w.Users[0].UPN == "x" || w.Mailboxes[0].Folders[0].Name == "x" || w.Recipients[0]["Name"] == "x" {
		t.Error("the copy leads into the original")
	}
}

// Entra and Exchange each have their own delay, also for one account.
func TestStaleDirectory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := with(t, Options{Staleness: Staleness{Directory: Delay{Least: time.Minute}}}, "User.ReadWrite.All", "User.EnableDisableAccount.All", "Exchange.ManageAsApp")
		enabled := func() any {
			return c.ask("GET", "/v1.0/users/"+danaID+"?$select=id,accountEnabled", "").want(t, 200, "").body["accountEnabled"]
		}
		c.ask("PATCH", "/v1.0/users/"+danaID, `{"accountEnabled":false}`).want(t, 204, "")
		c.cmdlet("Set-Mailbox", forwardOn).want(t, 200, "")
		if enabled() != true || !forwards(c) {
			t.Errorf("at once: enabled %v, forwarding %v; the block may not be seen yet, and the forwarding is", enabled(), forwards(c))
		}
		time.Sleep(time.Minute)
		if enabled() != false {
			t.Error("a minute later the block isn't seen")
		}
	})
}
