package simtenant

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// mailDeltas keeps what clients have already been told of a folder, behind the
// tokens of delta queries.
type mailDeltas struct {
	mu   sync.Mutex
	next int
	kept map[string]*mailDelta
	old  []string
}

// A mailDelta is a round of a delta query: what is still to come, and what the
// client will know at its end.
type mailDelta struct {
	box, folder string
	rows        []Object
	known       map[string]time.Time // message ID, when last changed
	ended       bool                 // the token starts a new round
}

func (d *mailDeltas) keep(x *mailDelta) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.kept == nil {
		d.kept = map[string]*mailDelta{}
	}
	d.next++
	token := strings.ReplaceAll(made("delta", d.next), "-", "")
	d.kept[token], d.old = x, append(d.old, token)
	if len(d.old) > keptPages {
		delete(d.kept, d.old[0])
		d.old = d.old[1:]
	}
	return token
}

func (d *mailDeltas) find(token string) *mailDelta {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.kept[token]
}

// listDelta gives one page of a folder's changes: all messages at first, and
// after a delta token those made, changed or gone since. One of next and delta
// is the token to go on with.
func listDelta(c *mailCall, deltas *mailDeltas, size int) (rows []Object, next, delta string, err error) {
	f, err := c.folderAt(c.args["folder"])
	if err != nil {
		return nil, "", "", err
	}
	if err := c.noBodies(); err != nil {
		return nil, "", "", err
	}
	round := &mailDelta{box: c.box.GUID, folder: f.ID}
	var had *mailDelta
	for _, name := range []string{"$skiptoken", "$deltatoken"} {
		token := c.query.Get(name)
		if token == "" {
			continue
		}
		had = deltas.find(token)
		if had == nil || had.box != c.box.GUID || had.folder != f.ID || had.ended != (name == "$deltatoken") {
			return nil, "", "", &mailError{410, "SyncStateNotFound", "The sync state generation is not found; resync from the start."}
		}
	}
	if had != nil && !had.ended {
		round.rows, round.known = had.rows, had.known
	} else {
		known := map[string]time.Time{}
		if had != nil {
			known = had.known
		}
		round.rows, round.known = c.changedSince(f, known)
	}
	if len(round.rows) > size {
		rest := &mailDelta{box: round.box, folder: round.folder, rows: round.rows[size:], known: round.known}
		return round.rows[:size], deltas.keep(rest), "", nil
	}
	end := &mailDelta{box: round.box, folder: round.folder, known: round.known, ended: true}
	return round.rows, "", deltas.keep(end), nil
}

func (c *mailCall) changedSince(f *Folder, known map[string]time.Time) ([]Object, map[string]time.Time) {
	rows, now := []Object{}, map[string]time.Time{}
	kinds := c.query.Get("changeType")
	wants := func(kind string) bool { return kinds == "" || slices.Contains(strings.Split(kinds, ","), kind) }
	for _, m := range f.Messages {
		now[m.ID] = m.Modified
		had, was := known[m.ID]
		if !was && wants("created") || was && !had.Equal(m.Modified) && wants("updated") {
			rows = append(rows, c.message(f, m))
		}
	}
	var gone []string
	for id := range known {
		if _, still := now[id]; !still && wants("deleted") {
			gone = append(gone, id)
		}
	}
	slices.Sort(gone)
	for _, id := range gone {
		rows = append(rows, Object{"id": c.messageID(f, &Message{ID: id}), "@removed": Object{"reason": "deleted"}})
	}
	return rows, now
}
