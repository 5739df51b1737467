package detect

import (
	"fmt"
	"strings"

	"evict"
)

var applicationReadsMail = &Detector{
	ID: "application-reads-mail", Rev: 1, Scope: AccountScope, Item: "application-read",
	Title: "Mail read by an application that few others use",
	Doc: `A third-party application read the mailbox (MailItemsAccessed, or Microsoft Graph), and fewer than three accounts of the tenant use it. An abused one is a strong sign.

Innocent causes: a mail program, a back-up or CRM of the owner's. The grant shows who consented and when.

By hand: Entra admin center, Enterprise applications, the application, Users and Permissions; audit log: MailItemsAccessed with this ClientAppId.`,
	Symptoms: []int{1}, Techniques: []string{"T1114.002", "T1528"},
	Needs:   []Need{{Any: []evict.Kind{evict.MailboxAudit, evict.GraphActivity}}},
	Actions: []string{"revoke-consent", "disable-application"},
	New:     func() Watcher { return &appReads{apps: map[string]*appRead{}} },
}

const maxReaders = 500 // applications per account

type appReads struct {
	apps  map[string]*appRead
	order []*appRead
}

type appRead struct {
	id    string
	first evict.Time
	count int
	cause []Evidence
}

func (w *appReads) Event(e *evict.Event, v *View) {
	id := e.Origin.AppID
	reading := e.Kind == evict.GraphActivity
	if _, ok := e.Detail.(*evict.Access); ok {
		reading = true
	}
	if !reading || v.Strand == nil || !strings.HasPrefix(v.Strand.Network, "app:") || FirstParty(id) || v.Facts.Applications[id] {
		return
	}
	a := w.apps[id]
	if a == nil {
		if len(w.apps) >= maxReaders {
			v.Overflow("more reading applications than are kept")
			return
		}
		a = &appRead{id: strings.Clone(id), first: e.Time}
		w.apps[a.id] = a
		w.order = append(w.order, a)
	}
	a.count++
	if len(a.cause) < evict.MaxEvidence {
		a.cause = append(a.cause, keep(e))
	}
}

func (w *appReads) End(v *View) {
	for _, a := range w.order {
		d := Draft{
			Family: evict.Behaviour, Grade: evict.Indicative, Actor: v.Self(), Time: a.first, Cause: a.cause, Total: a.count, Target: a.id, Left: leftover(evict.LeftGrant, v.Account, "", a.id, ""),
			Summary:  fmt.Sprintf("The application %s read the mailbox in %s", a.id, count(a.count, "record", "records")),
			Question: "Did you connect another mail program, back-up or service to your mailbox?",
		}
		if name := abusedApp(a.id, ""); name != "" {
			d.Item, d.Grade = "G9", evict.Strong
			d.Summary += " (" + name + ", on the list of abused applications)"
		}
		v.Report(d)
	}
}
