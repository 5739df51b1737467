package detect

import (
	"fmt"
	"strings"

	"evict"
)

var applicationSecretAdded = &Detector{
	ID: "application-secret-added", Rev: 1, Scope: RecordScope, Seed: true, Item: "G6",
	Title: "Secret or certificate added to an application",
	Doc: `A secret or certificate was added to an application or service principal that existed already. Whoever holds it signs in as the application, with all its permissions, without any user.

Innocent causes: secrets expire and are renewed; pipelines do it by themselves. From a workplace it is only a reason to look.

By hand: Entra admin center, App registrations, the application, Certificates and secrets: compare the dates; Audit logs: "Update application – Certificates and secrets management", "Add service principal credentials". A secret that nobody owns is removed, not the application.`,
	Symptoms: []int{8}, Techniques: []string{"T1098.001"},
	Needs:   []Need{{Any: []evict.Kind{evict.DirectoryAudit}}},
	Actions: []string{"remove-application-secret", "disable-application"},
	New:     func() Watcher { return EventFunc(seeSecret) },
}

func seeSecret(e *evict.Event, v *View) {
	c, ok := directoryChange(e)
	if !ok {
		return
	}
	op := operation(e)
	if !strings.HasPrefix(op, "update application - certificates and secrets") && op != "add service principal credentials" {
		return
	}
	if p, ok := c.Prop("KeyDescription"); ok && len(plainValue(p.New)) < len(plainValue(p.Old)) {
		return // removed, not added
	}
	name, id := appOf(e, c)
	d := Draft{
		Subject: onApp(name, id), Target: name, Family: evict.Privilege, Grade: evict.Strong, Cause: Because(e), Left: leftSecrets(e, c),
		Summary: fmt.Sprintf("%s added a secret or certificate to the application %s%s", actorName(e), quoted(name), from(e)),
	}
	if term := imitates(name); term != "" {
		d.NoHonestPurpose = true
		d.Techniques = []string{"T1098.001", "T1528"}
		d.Summary += fmt.Sprintf(", whose name only looks like %q", term)
	}
	v.Report(d)
}
