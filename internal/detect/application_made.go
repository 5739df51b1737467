package detect

import (
	"fmt"
	"strings"

	"evict"
)

var applicationMade = &Detector{
	ID: "application-made", Rev: 1, Scope: RecordScope, Seed: true, Item: "application",
	Title: "Application registered under an abused or borrowed name",
	Doc: `An application or service principal was added whose name or identifier is on the lists of abused ones (rclone, PerfectData and others), or whose name only looks like another (rnicrosoft).

Innocent causes: an administrator tries a back-up or migration tool that is on those lists.

By hand: Entra admin center, App registrations, All applications, sort by Created; Audit logs: "Add application", "Add service principal".`,
	Symptoms: []int{8}, Techniques: []string{"T1550.001", "T1528", "T1036.005"},
	Needs:   []Need{{Any: []evict.Kind{evict.DirectoryAudit}}},
	Actions: []string{"disable-application", "revoke-consent"},
	New:     func() Watcher { return EventFunc(seeApplication) },
}

func seeApplication(e *evict.Event, v *View) {
	c, ok := directoryChange(e)
	if !ok {
		return
	}
	op := operation(e)
	switch op {
	case "add application", "add service principal", "update application", "update service principal", "add owner to application", "add owner to service principal":
	default:
		return
	}
	name, id := appOf(e, c)
	appID := newValue(c, "AppId", "AppAddress", "AppPrincipalId")
	d := Draft{
		Subject: onApp(name, id), Target: name, Family: evict.Persistence, Grade: evict.Indicative, Cause: Because(e), Left: leftApp(evict.LeftApplication, e, c, "", ""),
		Summary: fmt.Sprintf("%s: %s, the application %s%s", strings.TrimSuffix(e.Op, "."), actorName(e), quoted(name), from(e)),
	}
	switch term := imitates(name); {
	case term != "":
		d.Item, d.NoHonestPurpose = "look-alike-application", true
		if op == "add application" {
			d.Grade = evict.Strong
		}
		d.Summary += fmt.Sprintf(", a name that only looks like %q", term)
	case abusedApp(id, name) != "" || abusedApp(appID, "") != "":
		d.Summary += ", on the list of abused applications"
	case textOf(c).contains("localhost:53682"): // rclone's own redirect address, from its documentation
		d.Summary += ", set up the way rclone asks for it"
	default:
		return
	}
	v.Report(d)
}
