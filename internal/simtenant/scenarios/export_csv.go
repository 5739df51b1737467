package scenarios

import (
	"bufio"
	"fmt"
	"strings"
	"unicode/utf16"
)

// A table writes CSV as Microsoft's tools do: lines end in CRLF, and PowerShell
// quotes every cell.
type table struct {
	out *bufio.Writer
	all bool // every cell is quoted
}

func (t table) row(cells ...string) {
	for i, c := range cells {
		if i > 0 {
			t.out.WriteByte(',')
		}
		if !t.all && !strings.ContainsAny(c, ",\"\r\n") && c == strings.TrimSpace(c) {
			t.out.WriteString(c)
			continue
		}
		t.out.WriteByte('"')
		for rest := c; ; {
			head, tail, more := strings.Cut(rest, `"`)
			t.out.WriteString(head)
			if !more {
				break
			}
			t.out.WriteString(`""`)
			rest = tail
		}
		t.out.WriteByte('"')
	}
	t.out.WriteString("\r\n")
}

// header writes the names of the columns, which commas part.
func (t table) header(names string) { t.row(strings.Split(names, ",")...) }

// word is a truth value as PowerShell prints it.
func word(b bool) string { return title(b) }

// cell is a value of a cmdlet's or Graph's object as Export-Csv would print it
// after a tool has joined its lists.
func cell(v any, sep string) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case bool:
		return word(x)
	case []any:
		parts := make([]string, len(x))
		for i, y := range x {
			parts[i] = cell(y, sep)
		}
		return strings.Join(parts, sep)
	}
	return fmt.Sprint(v)
}

// wide writes text as UTF-16, little-endian, with or without the mark: as
// Out-File of Windows PowerShell, and as the Exchange admin center.
func wide(out *bufio.Writer, text string, mark bool) {
	if mark {
		out.WriteString("\xff\xfe")
	}
	for _, u := range utf16.Encode([]rune(text)) {
		out.WriteByte(byte(u))
		out.WriteByte(byte(u >> 8))
	}
}
