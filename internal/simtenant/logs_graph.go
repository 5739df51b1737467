package simtenant

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// A graphLog is a log that Graph lists. Its rows are read from the records'
// bytes page by page, because a log may hold a quarter of a million.
type graphLog struct {
	kind   *kind
	record string // Record.Kind
	time   string // the property that says when
	kept   func(*World) time.Duration
	may    func(*call) error                                // licence; nil: anybody's
	only   func(c *call, filter string) func(o Object) bool // what comes without being asked for; nil: all
	row    func(c *call, r *logged) (any, error)            // nil: the record as it is
	check  func(c *call, h *logHints) error                 // of windows; nil: any
}

// logPage is what is behind a link to a next page.
type logPage struct {
	rows  []*logged
	asked [32]byte
}

// listLog answers with a log, the newest first.
func listLog(g *graphLog) handler {
	return func(c *call) reply {
		if g.may != nil {
			if err := g.may(c); err != nil {
				return c.failed(err)
			}
		}
		if token := c.query.Get("$skiptoken"); token != "" {
			return c.nextLogPage(g, token)
		}
		rows, err := c.foundIn(g)
		if err != nil {
			return c.failed(err)
		}
		return c.logPageOf(g, rows)
	}
}

func (c *call) nextLogPage(g *graphLog, token string) reply {
	p, ok := c.world.logged().pages.held[token]
	if !ok || p.asked != c.asked() {
		return c.failed(badGraph("BadRequest", "The skip token isn't valid, or it has expired."))
	}
	return c.logPageOf(g, p.rows)
}

// foundIn are the records that the call asks for, in its order.
func (c *call) foundIn(g *graphLog) ([]*logged, error) {
	if _, err := c.queried(g.kind, nil); err != nil { // $select, $filter and $orderby are right
		return nil, err
	}
	text := c.query.Get("$filter")
	h := hintsOf(text, g.time)
	if g.check != nil {
		if err := g.check(c, &h); err != nil {
			return nil, err
		}
	}
	passes := []test{}
	if g.only != nil {
		if only := g.only(c, text); only != nil {
			passes = append(passes, only)
		}
	}
	if text != "" {
		f, err := parseFilter(text)
		if err != nil {
			return nil, err
		}
		passes = append(passes, f.passes)
	}
	from, to := c.now.Add(-g.kept(c.world)), c.now.Add(time.Second)
	if h.from.After(from) {
		from = h.from
	}
	if !h.to.IsZero() && h.to.Before(to) {
		to = h.to.Add(time.Second)
	}
	rows := slices.DeleteFunc(c.world.logged().window(g.record, from, to, c.now), func(r *logged) bool {
		if !h.may(r) {
			return true
		}
		if len(passes) == 0 {
			return false
		}
		o := decoded(r.Body)
		return slices.ContainsFunc(passes, func(t test) bool { return !t(o) })
	})
	up, err := g.upwards(c.query.Get("$orderby"))
	if !up {
		slices.Reverse(rows)
	}
	return rows, err
}

// upwards reads $orderby: these logs sort by their time alone.
func (g *graphLog) upwards(orderby string) (bool, error) {
	f := strings.Fields(orderby)
	if len(f) > 0 && !strings.EqualFold(f[0], g.time) {
		return false, badGraph("BadRequest", "Sorting by '"+f[0]+"' is not supported.")
	}
	return len(f) > 0 && (len(f) == 1 || strings.EqualFold(f[1], "asc")), nil
}

// logPageOf is one page, with the link to the next.
func (c *call) logPageOf(g *graphLog, rows []*logged) reply {
	size, err := c.size(g.kind)
	if err != nil {
		return c.failed(err)
	}
	out := Object{"@odata.context": c.context()}
	if len(rows) > size {
		out["@odata.nextLink"] = c.link("$skiptoken", c.world.logged().pages.add(logPage{rows[size:], c.asked()}))
		rows = rows[:size]
	}
	list := make([]any, 0, len(rows))
	for _, r := range rows {
		v, err := c.logRow(g, r)
		if err != nil {
			return c.failed(err)
		}
		list = append(list, v)
	}
	out["value"] = list
	return c.ok(200, c.metadata(out))
}

// logRow is a record as the call wants it.
func (c *call) logRow(g *graphLog, r *logged) (any, error) {
	var v any = json.RawMessage(r.Body)
	if g.row != nil {
		var err error
		if v, err = g.row(c, r); err != nil {
			return nil, err
		}
	}
	if c.query.Get("$select") == "" {
		return v, nil
	}
	o, ok := v.(Object)
	if !ok {
		o = decoded(r.Body)
	}
	return c.shaped(g.kind, o)
}

// decoded is a record's JSON. A record that is none has no properties.
func decoded(body []byte) Object {
	var o Object
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	_ = d.Decode(&o)
	return o
}

// logHints are what a filter of a log surely wants, so that not every record has
// to be read for it: a window of time, and texts that stand in the record.
type logHints struct {
	from, to time.Time // both may be zero; to is included
	words    []string  // in lower case
}

// hintsOf reads a filter that has been parsed before. One that holds more than
// conditions joined by "and" gives no hints.
func hintsOf(filter, property string) (h logHints) {
	if filter == "" {
		return h
	}
	tokens := filterTokens(filter)
	for _, t := range tokens {
		if slices.Contains([]string{"or", "not", "ne", "in"}, strings.ToLower(t)) || strings.HasSuffix(strings.ToLower(t), "/all") {
			return logHints{}
		}
	}
	for i := 0; i+2 < len(tokens); i++ {
		op, value := strings.ToLower(tokens[i+1]), tokens[i+2]
		if strings.EqualFold(tokens[i], property) {
			h.narrow(op, value)
		} else if op == "eq" && len(value) > 2 && value[0] == '\'' {
			if word := strings.ToLower(value[1 : len(value)-1]); isPlain(word) {
				h.words = append(h.words, word)
			}
		}
	}
	return h
}

func (h *logHints) narrow(op, value string) {
	t, err := time.Parse(time.RFC3339Nano, strings.Trim(value, "'"))
	if err != nil {
		return
	}
	if (op == "ge" || op == "gt" || op == "eq") && t.After(h.from) {
		h.from = t.Truncate(time.Second)
	}
	if (op == "le" || op == "lt" || op == "eq") && (h.to.IsZero() || t.Before(h.to)) {
		h.to = t
	}
}

// isPlain says that JSON has only one way to write the text.
func isPlain(s string) bool {
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-_.@ ") == ""
}

func (h *logHints) may(r *logged) bool {
	return !slices.ContainsFunc(h.words, func(w string) bool { return !r.contains(w) })
}
