package ui

import (
	"fmt"
	"strings"
	"time"

	"evict/internal/report"

	"github.com/rivo/uniseg"
)

// How often progress is shown: on a terminal the line is rewritten, elsewhere
// a line is added.
const (
	liveEvery  = 100 * time.Millisecond
	plainEvery = 5 * time.Second
)

// Progress shows on standard error how far a run is. Its methods may be called
// from several goroutines.
type Progress struct {
	s     *Streams
	now   func() time.Time
	last  time.Time // of the last line shown
	phase string
	begun time.Time // of the phase
	shown bool      // a line stands on the terminal and must be erased
}

// Progress begins to show progress, and says so at once.
func (s *Streams) Progress() *Progress { return s.progressAt(time.Now) }

func (s *Streams) progressAt(now func() time.Time) *Progress {
	p := &Progress{s: s, now: now, begun: now(), phase: "reading"}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.progress = p
	p.show("reading evidence", now())
	return p
}

// Update tells how far the run is: the phase, what is read, bytes of all bytes
// and units of all units; 0 of 0 where unknown.
func (p *Progress) Update(phase, source string, bytes, of int64, done, total int) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	now := p.now()
	fresh := phase != p.phase
	if fresh {
		p.phase, p.begun = phase, now
	}
	every := plainEvery
	if p.s.live {
		every = liveEvery
	}
	if !fresh && now.Sub(p.last) < every {
		return
	}
	p.show(p.line(phase, source, bytes, of, done, total, now), now)
}

func (p *Progress) line(phase, source string, bytes, of int64, done, total int, now time.Time) string {
	parts := []string{phase}
	if source != "" {
		parts = append(parts, source)
	}
	share := 0.0
	switch {
	case of > 0:
		parts = append(parts, fmt.Sprintf("%s of %s", size(bytes), size(of)))
		share = float64(bytes) / float64(of)
	case bytes > 0:
		parts = append(parts, size(bytes))
	}
	if total > 0 {
		parts = append(parts, fmt.Sprintf("%d/%d", done, total))
		if of == 0 {
			share = float64(done) / float64(total)
		}
	}
	spent := now.Sub(p.begun)
	if share > 0.02 && share < 1 && spent > 2*time.Second {
		left := time.Duration(float64(spent) * (1 - share) / share)
		parts = append(parts, "about "+left.Round(time.Second).String()+" left")
	}
	return strings.Join(parts, "  ")
}

// show writes the line; the caller holds the lock.
func (p *Progress) show(line string, now time.Time) {
	p.last = now
	line = report.Clean(line)
	if !p.s.live {
		fmt.Fprintln(p.s.Err, line)
		return
	}
	fmt.Fprintf(p.s.Err, "\r\x1b[K%s", fit(line, p.s.width-1))
	p.shown = true
}

// erase takes the line off the terminal; the caller holds the lock.
func (p *Progress) erase() {
	if p.shown {
		fmt.Fprint(p.s.Err, "\r\x1b[K")
		p.shown = false
	}
}

// Done ends the progress; its line leaves the terminal.
func (p *Progress) Done() {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.erase()
	if p.s.progress == p {
		p.s.progress = nil
	}
}

// fit shortens a line in its middle to n columns: how far the run is stands at its end.
func fit(line string, n int) string {
	if uniseg.StringWidth(line) <= n {
		return line
	}
	r := []rune(line)
	for cut := 1; cut < len(r); cut++ {
		from := (len(r) - cut) / 3
		if short := string(r[:from]) + "..." + string(r[from+cut:]); uniseg.StringWidth(short) <= n {
			return short
		}
	}
	return ""
}

// size writes a number of bytes for people.
func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.0f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}
