package report

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"evict"
)

// CSV writes every finding, one row each: those of the accounts, the gravest
// account first, then those about the tenant, applications and origins. Cells
// are made safe for spreadsheets (see csvCell); the JSON form has the values as they are.
func CSV(w io.Writer, inv *evict.Investigation) error {
	c := newCSV(w)
	c.row("account", "verdict", "severity", "time", "summary", "detector", "item", "grade", "family", "attribution", "strand",
		"subject_kind", "subject", "actor", "target", "symptoms", "techniques", "exists_from", "exists_to", "actions", "question",
		"records", "first_record", "first_source", "id")
	write := func(account string, v evict.Verdict, list []evict.Finding) {
		for _, f := range sortedFindings(list) {
			var first evict.Ref
			if len(f.Evidence) > 0 {
				first = f.Evidence[0]
			}
			var life evict.Lifetime
			if f.Lifetime != nil {
				life = *f.Lifetime
			}
			c.row(account, string(v), f.Severity.String(), isoTime(f.Time), f.Summary, f.Detector, f.Item, f.Grade.String(), string(f.Family),
				string(f.Attribution), f.Strand, string(f.Subject.Kind), f.Subject.ID, f.Actor, f.Target, symptomNumbers(f.Symptoms),
				strings.Join(f.Techniques, " "), isoTime(life.From), isoTime(life.To), strings.Join(f.Actions, " "), f.Question,
				strconv.Itoa(f.EvidenceTotal), string(first.Record), first.Source, f.ID)
		}
	}
	for _, a := range sortedAccounts(inv) {
		write(a.Account, a.Verdict, a.Findings)
	}
	write("", "", inv.Findings)
	return c.w.Flush()
}

// symptomNumbers writes symptoms as "S1 S3".
func symptomNumbers(list []int) string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = "S" + strconv.Itoa(n)
	}
	return strings.Join(out, " ")
}

// isoTime is ISO 8601 in UTC with an offset in digits, as Timesketch and
// spreadsheets read it; "" when no time is known.
func isoTime(t evict.Time) string {
	if !t.Set {
		return ""
	}
	if t.Prec == evict.SubSecond {
		return t.Std().Format("2006-01-02T15:04:05.999999-07:00")
	}
	return t.Std().Format("2006-01-02T15:04:05-07:00")
}

type csvWriter struct{ w *bufio.Writer }

func newCSV(w io.Writer) csvWriter { return csvWriter{bufio.NewWriter(w)} }

// row writes one row; every cell is quoted, so that a reader that expects
// another separator does not part it.
func (c csvWriter) row(cells ...string) error {
	for i, x := range cells {
		if i > 0 {
			c.w.WriteByte(',')
		}
		c.w.WriteByte('"')
		c.w.WriteString(strings.ReplaceAll(csvCell(x), `"`, `""`))
		c.w.WriteByte('"')
	}
	_, err := c.w.WriteString("\n")
	return err
}

// csvCell makes a value harmless in a spreadsheet: hidden characters are
// written as \u{HEX}, which leaves no line break or tabulator in a cell, and
// whatever a spreadsheet could take for a formula gets an apostrophe in front.
// A cell counts as one when its first character, behind blanks and quotation
// marks, is = + - @ or a full-width form of them; the same after a semicolon,
// where half the world's spreadsheets part the columns.
func csvCell(s string) string {
	s = show(s, false)
	parts := strings.SplitAfter(s, ";")
	for i, p := range parts {
		if formula(p) {
			parts[i] = "'" + p
		}
	}
	return strings.Join(parts, "")
}

func formula(s string) bool {
	s = strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '"' || r == '\'' })
	// A byte order mark, no-break space, tabulator or line break is \u{HEX} by now, and so are
	// NUL and the rest; what follows it would be a formula once a tool drops it.
	for strings.HasPrefix(s, `\u{`) {
		i := strings.IndexByte(s, '}')
		if i < 0 {
			break
		}
		s = s[i+1:]
	}
	s = strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '"' || r == '\'' })
	switch r, _ := utf8.DecodeRuneInString(s); r {
	case '=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '−':
		return true
	}
	return false
}
