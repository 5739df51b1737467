package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"unicode/utf8"

	"evict"
)

// JSON writes the whole answer as one document of schema [evict.InvestigationSchema].
// Lists and maps are never null. Characters that could steer a terminal or
// hide in it are written as \uXXXX, so that the document may be shown as it is.
func JSON(w io.Writer, inv *evict.Investigation) error { return writeJSON(w, inv) }

// CaseJSON writes the report of a case as one document of schema [evict.ReportSchema], in the manner of [JSON].
func CaseJSON(w io.Writer, r *evict.Report) error { return writeJSON(w, r) }

func writeJSON(w io.Writer, doc any) error {
	full := mapStrings(reflect.ValueOf(doc), func(s string) string { return s }).Interface()
	b, err := json.MarshalIndent(full, "", " ")
	if err != nil {
		return err
	}
	b = append(visible(b), '\n')
	_, err = w.Write(b)
	return err
}

// visible escapes what [show] would, in a JSON text. Beyond ASCII such
// characters can only stand inside its strings.
func visible(b []byte) []byte {
	var out bytes.Buffer
	out.Grow(len(b))
	for i := 0; i < len(b); {
		if c := b[i]; c < utf8.RuneSelf && c != 0x7f {
			out.WriteByte(c)
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case !hidden(r):
			out.Write(b[i : i+n])
		case r > 0xFFFF:
			r -= 0x10000
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xD800+r>>10, 0xDC00+r&0x3FF)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
		i += n
	}
	return out.Bytes()
}

// mapStrings returns a copy of v in which nil slices and maps are empty ones
// and every text, keys included, went through f; raw JSON stays as it is.
func mapStrings(v reflect.Value, f func(string) string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	if v.Type() == reflect.TypeFor[json.RawMessage]() { // whatever reads it makes its texts harmless
		return v
	}
	switch v.Kind() {
	case reflect.String:
		out.SetString(f(v.String()))
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		out.Set(reflect.New(v.Type().Elem()))
		out.Elem().Set(mapStrings(v.Elem(), f))
	case reflect.Struct:
		for i := range v.NumField() {
			out.Field(i).Set(mapStrings(v.Field(i), f))
		}
	case reflect.Slice:
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(mapStrings(v.Index(i), f))
		}
	case reflect.Map:
		out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		for _, k := range v.MapKeys() {
			out.SetMapIndex(mapStrings(k, f), mapStrings(v.MapIndex(k), f))
		}
	default:
		out.Set(v)
	}
	return out
}
