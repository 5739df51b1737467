package records

import (
	"io"
	"strings"
	"testing"
)

// An answer without records is an answer: "empty" and "not read" are two words (V31).
func TestEmptyExport(t *testing.T) {
	for text, empty := range map[string]bool{
		"[]": true, " [ ]\r\n": true, "\ufeff[]\n": true, `{"@odata.context":"x","value":[]}`: true, `{"value":[],"Count":0}`: true,
		"RecordId,CreationDate,RecordType,Operation,UserId,AuditData\r\n": true,
		"": false, "  \n": false, "{}": false, "[1]": false, `{"value":{}}`: false, "hello": false, "[[]]": false, `{"error":{"code":"Forbidden"}}`: false,
		"RecordId,Operation,AuditData\n1,2,3\n": false,
	} {
		s, err := Open(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		b, err := s.Next()
		if got := s.Format() == emptyFormat; got != empty {
			t.Errorf("%q: format %q", text, s.Format())
		}
		if empty && (err != io.EOF || b != nil) {
			t.Errorf("%q: %+v %v, want the end", text, b, err)
		}
	}
}
