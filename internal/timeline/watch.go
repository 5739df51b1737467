package timeline

import (
	"slices"
	"strings"

	"evict"
	"evict/internal/detect"
)

// A pending is a draft until its account's strands and the tenant's facts are known.
type pending struct {
	detector *detect.Detector
	draft    detect.Draft
	spot     spot
	tenant   evict.TenantID
	state    bool          // rests on a dump: no record of its making
	origin   *evict.Origin // of the event that was shown when the draft was made
	flags    evict.Flags
}

// A watching is one watcher at work with its own view.
type watching struct {
	detector *detect.Detector
	watcher  detect.Watcher
	view     detect.View
	overflow string

	event *evict.Event // now shown
	spot  spot
	sink  func(pending)
}

// startWatchers starts a watcher of every detector that want accepts.
func startWatchers(all []*detect.Detector, want func(*detect.Detector) bool, view *detect.View, sink func(pending)) []watching {
	ws := make([]watching, 0, len(all))
	for _, d := range all {
		if want(d) {
			ws = append(ws, watching{detector: d, watcher: d.New(), view: *view, sink: sink})
		}
	}
	for i := range ws {
		w := &ws[i]
		w.view.Report = w.report
		w.view.Overflow = func(why string) { w.overflow = why }
	}
	return ws
}

// watch shows one event to every watcher.
func watch(ws []watching, e *evict.Event, at spot) {
	for i := range ws {
		w := &ws[i]
		w.event, w.spot = e, at
		w.watcher.Event(e, &w.view)
		w.event = nil
	}
}

func endWatchers(ws []watching) {
	for i := range ws {
		ws[i].watcher.End(&ws[i].view)
	}
}

// report takes a draft, fills what it left to the runner, and keeps copies of
// strings that belong to the spill's buffers.
func (w *watching) report(d detect.Draft) {
	p := pending{detector: w.detector, draft: d, spot: spot{own: -1}, tenant: w.view.Tenant}
	if e := w.event; e != nil {
		p.spot, p.flags = w.spot, e.Flags
		p.state = e.Flags&evict.Observed != 0
		if p.tenant == "" {
			p.tenant = e.Tenant
		}
		if d.Actor.Kind == evict.NoPrincipal && !p.state {
			p.draft.Actor = e.Actor
		}
		if !d.Time.Set {
			p.draft.Time = e.Time
		}
		p.origin = keepOrigin(&e.Origin)
	}
	p.tenant = evict.TenantID(strings.Clone(string(p.tenant)))
	keepDraft(&p.draft)
	p.spot.session, p.spot.token = strings.Clone(p.spot.session), strings.Clone(p.spot.token)
	w.sink(p)
}

func keepOrigin(o *evict.Origin) *evict.Origin {
	c := *o
	c.Place = clonePlace(c.Place)
	c.Client = evict.Client{App: strings.Clone(c.Client.App), OS: strings.Clone(c.Client.OS), Browser: strings.Clone(c.Client.Browser)}
	for _, s := range []*string{&c.Session, &c.Token, &c.Device, &c.AppID, &c.UserAgent} {
		*s = strings.Clone(*s)
	}
	return &c
}

func keepDraft(d *detect.Draft) {
	d.Subject.ID = strings.Clone(d.Subject.ID)
	d.Actor.ID = strings.Clone(d.Actor.ID)
	d.Target = strings.Clone(d.Target)
	d.Summary = strings.Clone(d.Summary)
	d.Question = strings.Clone(d.Question)
	d.Item = strings.Clone(d.Item)
	keepEvidence := func(in []detect.Evidence) []detect.Evidence {
		out := slices.Clone(in)
		for i := range out {
			out[i].ID = evict.RecordID(strings.Clone(string(out[i].ID)))
			out[i].Session, out[i].Token = strings.Clone(out[i].Session), strings.Clone(out[i].Token)
		}
		return out
	}
	d.Cause, d.Context = keepEvidence(d.Cause), keepEvidence(d.Context)
	d.Left = slices.Clone(d.Left)
	for i := range d.Left {
		d.Left[i] = d.Left[i].Clone()
	}
}
