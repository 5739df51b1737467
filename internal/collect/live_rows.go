package collect

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"strings"

	"evict/internal/m365"
)

// A rowID tells rows apart: the hash of the log's own ID, or of the row's bytes.
type rowID [16]byte

func idOf(b []byte) (id rowID) {
	sum := sha256.Sum256(b)
	copy(id[:], sum[:])
	return id
}

// A page is one answer of a read that may have several.
type page struct {
	resp     *m365.Response
	ids      []rowID
	index    []int  // the server's own numbers of the rows, from 1; nil when it gives none
	total    int    // rows that there are in all, by the server; -1 when it doesn't say
	cursor   string // how to go on; "" at the end
	capped   string // why there are more rows than the server hands out; "" when there are not
	withheld string // the server's hint that it did not hand out all, and that narrower windows don't help
}

// rowsOf cuts a body into rows: those of a list, or the one object that it is.
func rowsOf(body []byte) ([]json.RawMessage, error) {
	text := bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if len(text) == 0 {
		return nil, nil
	}
	var rows []json.RawMessage
	if text[0] == '[' {
		return rows, json.Unmarshal(text, &rows)
	}
	var top map[string]json.RawMessage // exact names: a twin in another case is not the list
	if err := json.Unmarshal(text, &top); err != nil {
		return nil, err
	}
	v, ok := top["value"]
	if !ok {
		return []json.RawMessage{text}, nil
	}
	if list := bytes.TrimSpace(v); len(list) == 0 || list[0] != '[' {
		return []json.RawMessage{text}, nil
	}
	return rows, json.Unmarshal(v, &rows)
}

// pageOf reads an answer whose rows are told apart by their own ID (byID), or by all that they say.
func pageOf(resp *m365.Response, byID bool) (*page, error) {
	rows, err := rowsOf(resp.Body)
	if err != nil {
		return nil, err
	}
	p := &page{resp: resp, total: -1, cursor: resp.Next}
	if p.cursor == "" {
		p.cursor = nextLink(resp.Body)
	}
	for _, row := range rows {
		var r struct {
			ID string `json:"id"`
		}
		if byID && json.Unmarshal(row, &r) == nil && r.ID != "" {
			p.ids = append(p.ids, idOf([]byte(r.ID)))
			continue
		}
		p.ids = append(p.ids, idOf(row))
	}
	for _, w := range resp.Warnings {
		if moreResults(w) {
			p.withheld = w
		}
	}
	return p, nil
}

// nextLink is the link to the next page in a body that was stored.
func nextLink(body []byte) string {
	var top map[string]json.RawMessage
	var s string
	if json.Unmarshal(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), &top) == nil {
		_ = json.Unmarshal(top["@odata.nextLink"], &s)
	}
	return s
}

// moreResults reads the warning by which a cmdlet says that it left rows out.
func moreResults(warning string) bool {
	w := strings.ToLower(warning)
	return strings.Contains(w, "more results") || strings.Contains(w, "resultsize") && strings.Contains(w, "more")
}

// text is a member of a row, "" when it is absent or no text.
func text(row json.RawMessage, name string) string {
	var top map[string]json.RawMessage
	var s string
	if json.Unmarshal(row, &top) == nil {
		_ = json.Unmarshal(top[name], &s)
	}
	return s
}
