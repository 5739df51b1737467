package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks in a row are printed as they are; more
// of them climb over the neighbouring lines.
const maxMarks = 4

// show returns s with everything that could steer a terminal, reorder a line
// or hide in it written as \u{HEX}: control and format characters (C0, DEL,
// C1, bidirectional controls, zero-width), line and paragraph separators,
// blanks that look like a space, unassigned and private characters, bytes
// that are not UTF-8 (\x{HEX}), and letters of another script inside a Latin
// word. With ascii, everything beyond ASCII is written so too.
func show(s string, ascii bool) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	marks := 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf && s[i] >= ' ' && s[i] != 0x7f {
			b.WriteByte(s[i])
			i++
			marks = 0
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) {
			marks++
		} else {
			marks = 0
		}
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x{%02X}`, s[i])
		case ascii || hidden(r) || marks > maxMarks || foreign(r) && inLatinWord(s, i, n):
			fmt.Fprintf(&b, `\u{%X}`, r)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// plain reports whether s is printable ASCII only: nothing to escape.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// hidden reports whether a character steers, reorders or cannot be seen.
func hidden(r rune) bool {
	switch {
	case r == ' ' || r == 0x3000: // the ideographic space is ordinary in Japanese and Chinese text
		return false
	case !unicode.IsGraphic(r), unicode.Is(unicode.Zs, r): // control, format (bidirectional, zero-width), private, unassigned
		return true
	case r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0100 && r <= 0xE01EF, r >= 0x180B && r <= 0x180F: // variation selectors
		return true
	case r == 0x034F, r == 0x115F, r == 0x1160, r == 0x3164, r == 0xFFA0, r == 0x17B4, r == 0x17B5, r == 0x2800: // fillers and blanks
		return true
	}
	return false
}

// foreign reports whether a letter belongs to a script that has look-alikes of Latin letters.
func foreign(r rune) bool {
	return unicode.In(r, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee)
}

// inLatinWord reports whether the word around s[i:i+n] also has a Latin letter.
func inLatinWord(s string, i, n int) bool {
	for j := i; j > 0; {
		r, k := utf8.DecodeLastRuneInString(s[:j])
		if !wordRune(r) {
			break
		}
		if unicode.Is(unicode.Latin, r) {
			return true
		}
		j -= k
	}
	for j := i + n; j < len(s); {
		r, k := utf8.DecodeRuneInString(s[j:])
		if !wordRune(r) {
			break
		}
		if unicode.Is(unicode.Latin, r) {
			return true
		}
		j += k
	}
	return false
}

// wordRune holds an address together, so that one foreign letter in it is seen.
func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '.' || r == '-' || r == '_'
}
