package detect

import (
	"fmt"
	"strings"
	"time"

	"evict"
)

var deviceRegistered = &Detector{
	ID: "device-registered", Rev: 1, Scope: AccountScope, Item: "G3",
	Title: "Device registered by a hand that nothing ties to the owner",
	Doc: `A device was registered or joined for the account in a strand without any anchor. Its primary refresh token outlives a password reset and passes policies that ask for a known device. Names and builds that registration tools leave (DESKTOP- with build 10.0.19045.2006, ROADtools' default) and three devices in a quarter of an hour are said.

Innocent causes: a new laptop or telephone of the owner; then the strand is anchored, or the owner says so. Where the record carries no address, the hand is unknown and the finding only a reason to look.

By hand: Entra admin center, Devices, sort by Registered; Audit logs: "Register device", "Add registered owner to device".`,
	Symptoms: []int{8}, Techniques: []string{"T1098.005"},
	Needs:   []Need{{Any: []evict.Kind{evict.DirectoryAudit}}},
	Actions: []string{"disable-device", "remove-mobile-device", "revoke-sessions"},
	New:     func() Watcher { return &devices{} },
}

// devices counts registrations for the burst.
type devices struct {
	recent []evict.Time
	last   string // name and minute of the last one told: one registration writes several records
}

// kitBuilds are operating system versions that registration tools write by
// default (elastic/detection-rules; unverified).
var kitBuilds = []string{"10.0.19045.2006", "10.0.19041.928"}

func (w *devices) Event(e *evict.Event, v *View) {
	c, ok := e.Detail.(*evict.Changes)
	if !ok || e.Outcome == evict.Failure || !v.Mine(e.Actor) {
		return
	}
	switch strings.TrimSuffix(strings.ToLower(e.Op), ".") {
	case "register device", "add device", "add registered owner to device":
	default:
		return
	}
	for len(w.recent) > 0 && e.Time.Sub(w.recent[0]) > 15*time.Minute {
		w.recent = w.recent[1:]
	}
	w.recent = append(w.recent, e.Time)
	if v.Strand != nil && v.Strand.Verdict == evict.ByOwner && len(v.Strand.Anchors) > 0 {
		return
	}
	name := e.Subject(evict.Target).Label
	if name == "" {
		name = newValue(c, "Device.DisplayName", "DisplayName")
	}
	key := name + e.Time.Std().Format("0102 1504")
	if key == w.last {
		return
	}
	w.last = strings.Clone(key)
	d := Draft{
		Family: evict.Persistence, Item: "device", Grade: evict.Indicative, Cause: Because(e), Target: name,
		Summary:  fmt.Sprintf("%s: %s was registered%s", strings.TrimSuffix(e.Op, "."), deviceName(name), from(e)),
		Question: fmt.Sprintf("Did you set up %s?", deviceName(name)),
	}
	d.Left = leftDevice(e, c, v.Account, name)
	if b := buildOf(c); b != "" {
		d.Summary += "; its build " + b + " is what registration tools write"
	}
	if len(w.recent) >= 9 { // three devices, up to three records each
		d.Summary += fmt.Sprintf("; %d registration records in 15 minutes", len(w.recent))
	}
	if v.Unanchored() {
		d.Item, d.Grade = "G3", evict.Strong
	}
	v.Report(d)
}

func (*devices) End(*View) {}

func deviceName(name string) string {
	if name == "" {
		return "a computer or telephone"
	}
	return "the device " + quoted(name)
}

func buildOf(c *evict.Changes) string {
	for _, p := range c.Props {
		for _, b := range kitBuilds {
			if strings.Contains(p.New, b) {
				return b
			}
		}
	}
	return ""
}
