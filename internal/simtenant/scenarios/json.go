package scenarios

import (
	"encoding/json"
	"strconv"
)

// A buf writes JSON by appending. Every value is followed by a comma, which
// the next closing bracket replaces: a plain encoder would take most of the
// time of a bulk run.
type buf struct{ b []byte }

func (w *buf) reset() { w.b = w.b[:0] }

func (w *buf) open(key string, bracket byte) {
	w.key(key)
	w.b = append(w.b, bracket)
}

func (w *buf) close(bracket byte) {
	if n := len(w.b) - 1; w.b[n] == ',' {
		w.b = w.b[:n]
	}
	w.b = append(w.b, bracket, ',')
}

// bytes returns the finished value, without the comma after it.
func (w *buf) bytes() []byte { return w.b[:len(w.b)-1] }

func (w *buf) key(k string) {
	if k != "" {
		w.b = append(w.b, '"')
		w.b = append(w.b, k...)
		w.b = append(w.b, '"', ':')
	}
}

func (w *buf) str(k, v string) {
	w.key(k)
	w.b = appendString(w.b, v)
	w.b = append(w.b, ',')
}

func (w *buf) num(k string, n int64) {
	w.key(k)
	w.b = strconv.AppendInt(w.b, n, 10)
	w.b = append(w.b, ',')
}

func (w *buf) flag(k string, v bool) {
	w.key(k)
	w.b = strconv.AppendBool(w.b, v)
	w.b = append(w.b, ',')
}

func (w *buf) null(k string) {
	w.key(k)
	w.b = append(w.b, "null,"...)
}

// pairs writes [{"Name":…,"Value":…}], Microsoft's form of a map.
func (w *buf) pairs(key string, kv ...string) {
	w.open(key, '[')
	for i := 0; i < len(kv); i += 2 {
		w.open("", '{')
		w.str("Name", kv[i])
		w.str("Value", kv[i+1])
		w.close('}')
	}
	w.close(']')
}

func appendString(b []byte, v string) []byte {
	for i := range len(v) {
		if c := v[i]; c < 0x20 || c == '"' || c == '\\' || c >= 0x80 {
			q, err := json.Marshal(v)
			if err != nil {
				panic(err) // unreachable: strings always encode
			}
			return append(b, q...)
		}
	}
	b = append(b, '"')
	b = append(b, v...)
	return append(b, '"')
}
