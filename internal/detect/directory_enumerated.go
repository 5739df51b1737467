package detect

import (
	"fmt"
	"strings"

	"evict"
)

var directoryEnumerated = &Detector{
	ID: "directory-enumerated", Rev: 1, Scope: AccountScope, Item: "enumeration",
	Title: "Directory listed through Microsoft Graph by an unknown hand",
	Doc: `A strand that nothing ties to the owner, or an attack tool by its own name, read users, groups, roles, applications or policies of the directory through Microsoft Graph, in fifty requests or more.

Innocent causes: scripts of the administrator, from known machines; inventory and back-up services. They are anchored, or used by several accounts.

By hand: Log Analytics, MicrosoftGraphActivityLogs | where UserId == "..." | summarize count() by RequestUri, AppId, IPAddress.`,
	Symptoms: []int{}, Techniques: []string{"T1087.004", "T1482"},
	Needs:   []Need{{Any: []evict.Kind{evict.GraphActivity}}},
	Actions: []string{"revoke-sessions", "disable-application"},
	New:     func() Watcher { return &enumerations{} },
}

const manyRequests = 50

type enumerations struct {
	first evict.Time
	count int
	tool  string
	addr  string
	cause []Evidence
}

var directoryNouns = []string{"/users", "/groups", "/directoryroles", "/rolemanagement", "/applications", "/serviceprincipals", "/policies", "/identity", "/domains", "/devices"}

func (w *enumerations) Event(e *evict.Event, v *View) {
	call, ok := e.Detail.(*evict.Call)
	if !ok || !v.Mine(e.Actor) || firstIn(strings.ToLower(call.URI), directoryNouns) == "" {
		return
	}
	tool := reconTool(e.Origin.UserAgent)
	if !v.Unanchored() && tool == "" {
		return
	}
	if w.count == 0 {
		w.first, w.addr = e.Time, from(e)
	}
	w.count++
	if tool != "" {
		w.tool = tool
	}
	if len(w.cause) < evict.MaxEvidence {
		w.cause = append(w.cause, keep(e))
	}
}

func (w *enumerations) End(v *View) {
	if w.count < manyRequests && w.tool == "" {
		return
	}
	d := Draft{
		Family: evict.Behaviour, Grade: evict.Indicative, Actor: v.Self(), Time: w.first, Cause: w.cause, Total: w.count,
		Summary: fmt.Sprintf("The directory was read in %s%s", count(w.count, "request", "requests"), w.addr),
	}
	if w.tool != "" {
		d.Summary += ", by the tool " + w.tool
	}
	v.Report(d)
}
