package detect

import (
	"fmt"
	"strings"

	"evict"
)

var filesDownloaded = &Detector{
	ID: "files-downloaded", Rev: 1, Scope: AccountScope, Item: "mass-download",
	Title: "Many files downloaded by an unknown hand",
	Doc: `A strand that nothing ties to the owner downloaded or synchronised fifty files or more.

Innocent causes: OneDrive sets up a new computer; a colleague packs a project. By the owner's own strands it is not reported.

By hand: audit log: FileDownloaded, FileSyncDownloadedFull, by ClientIP; Defender, Cloud apps, Activity log.`,
	Symptoms: []int{}, Techniques: []string{"T1530", "T1567"},
	Needs:   []Need{{Any: []evict.Kind{evict.FileAudit}, Fields: []FieldNeed{NeedAddress}}},
	Actions: []string{"revoke-sessions", "remove-sharing-link"},
	New:     func() Watcher { return &downloads{runs: map[string]*downloadRun{}} },
}

const (
	manyFiles    = 50
	maxDownloads = 1000 // strands with downloads
)

type downloads struct {
	runs  map[string]*downloadRun
	order []*downloadRun
}

type downloadRun struct {
	first evict.Time
	count int
	addr  string
	cause []Evidence
}

func (w *downloads) Event(e *evict.Event, v *View) {
	f, ok := e.Detail.(*evict.File)
	if !ok || !v.Unanchored() || !v.Mine(e.Actor) || !strings.Contains(e.Op, "Download") {
		return
	}
	r := w.runs[v.Strand.ID]
	if r == nil {
		if len(w.runs) >= maxDownloads {
			v.Overflow("more strands with downloads than are kept")
			return
		}
		r = &downloadRun{first: e.Time, addr: from(e)}
		w.runs[v.Strand.ID] = r
		w.order = append(w.order, r)
	}
	r.count += max(1, f.Count)
	if len(r.cause) < evict.MaxEvidence {
		r.cause = append(r.cause, keep(e))
	}
}

func (w *downloads) End(v *View) {
	for _, r := range w.order {
		if r.count < manyFiles {
			continue
		}
		v.Report(Draft{
			Family: evict.Behaviour, Grade: evict.Indicative, Actor: v.Self(), Time: r.first, Cause: r.cause, Total: r.count,
			Summary: fmt.Sprintf("%d files were downloaded%s", r.count, r.addr),
		})
	}
}
