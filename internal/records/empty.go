package records

import (
	"bytes"
	"encoding/json"
)

// emptyFormat is the format of an export that holds no record: the source was
// asked, and there was nothing.
const emptyFormat = "empty-export"

// emptyAnswer reports an export without records: an empty JSON array, alone or
// as a page of Graph's, or a CSV header without rows. A file without a byte is
// none: it may be an export that failed.
func emptyAnswer(b []byte) bool {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || len(b) > 64<<10 {
		return false
	}
	switch b[0] {
	case '[':
		var list []json.RawMessage
		return json.Unmarshal(b, &list) == nil && len(list) == 0
	case '{':
		var page map[string]json.RawMessage
		if json.Unmarshal(b, &page) != nil {
			return false
		}
		for _, name := range []string{"value", "records", "results"} {
			if v, ok := page[name]; ok {
				return bytes.HasPrefix(bytes.TrimSpace(v), []byte("[")) && emptyAnswer(v)
			}
		}
		return false
	}
	l, ok := headerOf(b)
	return ok && l.header == len(b) && bytes.IndexByte(b, '{') < 0
}
