package message

import (
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// Resembles says how domain imitates known, in a few words; "" when it does
// not, or when it is known itself or below it. Both are compared as people
// read them: punycode decoded, letters that look alike folded together.
func Resembles(domain, known string) string {
	domain, known = unicodeDomain(domain), unicodeDomain(known)
	if domain == "" || known == "" || domain == known || strings.HasSuffix(domain, "."+known) {
		return ""
	}
	ours, theirs := registrable(known), registrable(domain)
	if ours == theirs {
		return "" // another host of the same organisation
	}
	if strings.HasPrefix(domain, known+".") || strings.Contains(domain, "."+known+".") {
		return "it carries the whole name as a part of another domain"
	}
	if skeleton(theirs) == skeleton(ours) {
		return "letters are replaced by others that look alike"
	}
	label, ending, _ := strings.Cut(ours, ".")
	other, otherEnding, _ := strings.Cut(theirs, ".")
	a, b := skeleton(label), skeleton(other)
	if len(a) < 4 {
		return ""
	}
	if a == b && ending != otherEnding {
		return "the same name under another ending"
	}
	if len(a) >= 5 {
		for _, part := range strings.Split(b, "-") {
			if part == a {
				return "the name with a word added"
			}
		}
		if len(a) >= 6 && b != a && (strings.HasPrefix(b, a) || strings.HasSuffix(b, a)) {
			return "the name with a word added"
		}
		allowed := 1
		if len(a) >= 9 {
			allowed = 2
		}
		if distance(a, b) <= allowed {
			return "it differs by a letter or two"
		}
	}
	return ""
}

// unicodeDomain lower-cases and decodes punycode; what cannot be decoded stays.
func unicodeDomain(s string) string {
	s = strings.ToLower(strings.Trim(strings.TrimSpace(s), "."))
	if u, err := idna.Punycode.ToUnicode(s); err == nil && u != "" {
		return strings.ToLower(u)
	}
	return s
}

// registrable is the part of a domain that somebody registered; the domain itself when that is unknown.
func registrable(domain string) string {
	if d, err := publicsuffix.EffectiveTLDPlusOne(domain); err == nil {
		return d
	}
	return domain
}

func sameOrganisation(a, b string) bool {
	return a != "" && b != "" && registrable(a) == registrable(b)
}

// alike maps letters of other alphabets to the Latin ones that they look like.
var alike = map[rune]string{
	'а': "a", 'ɑ': "a", 'α': "a", 'à': "a", 'á': "a", 'â': "a", 'ã': "a", 'ä': "a", 'å': "a", 'ā': "a", 'ạ': "a", 'в': "b", 'ь': "b", 'с': "c", 'ϲ': "c", 'ç': "c", 'ć': "c", 'č': "c",
	'ԁ': "d", 'ɗ': "d", 'ď': "d", 'е': "e", 'є': "e", 'ё': "e", 'è': "e", 'é': "e", 'ê': "e", 'ë': "e", 'ē': "e", 'ė': "e", 'ę': "e", 'ẹ': "e", 'ƒ': "f", 'ɡ': "g", 'ğ': "g", 'ġ': "g", 'һ': "h", 'ħ': "h", 'н': "h",
	'і': "i", 'ı': "i", 'ì': "i", 'í': "i", 'î': "i", 'ï': "i", 'ī': "i", 'ị': "i", 'ι': "i", 'ӏ': "i", 'ј': "j", 'κ': "k", 'к': "k", 'ķ': "k", 'ł': "i", 'ĺ': "i", 'ļ': "i", 'м': "m", 'ո': "n", 'п': "n", 'ñ': "n", 'ń': "n", 'ň': "n", 'η': "n",
	'о': "o", 'ο': "o", 'σ': "o", 'ò': "o", 'ó': "o", 'ô': "o", 'õ': "o", 'ö': "o", 'ø': "o", 'ō': "o", 'ọ': "o", 'р': "p", 'ρ': "p", 'ԛ': "q", 'г': "r", 'ř': "r", 'ŕ': "r", 'ѕ': "s", 'ś': "s", 'š': "s", 'ş': "s", 'ș': "s", 'т': "t", 'τ': "t", 'ť': "t", 'ț': "t",
	'υ': "u", 'ս': "u", 'ù': "u", 'ú': "u", 'û': "u", 'ü': "u", 'ū': "u", 'ų': "u", 'ν': "v", 'ѵ': "v", 'ѡ': "w", 'ш': "w", 'ω': "w", 'ŵ': "w", 'х': "x", 'χ': "x", 'у': "y", 'ү': "y", 'ý': "y", 'ÿ': "y", 'ź': "z", 'ž': "z", 'ż': "z",
	'0': "o", '1': "i", '3': "e", '5': "s", '8': "b", 'l': "i", '|': "i",
}

// skeleton folds what looks alike into one spelling: accents and foreign
// letters to Latin, digits to letters, l and i together, rn to m, vv to w, cl to d.
func skeleton(s string) string {
	// Pairs of letters first, as written: cl reads as d, but ci does not.
	s = strings.NewReplacer("rn", "m", "vv", "w", "cl", "d").Replace(s)
	var b strings.Builder
	for _, r := range s {
		if to, ok := alike[r]; ok {
			b.WriteString(to)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// distance is the number of letters to insert, delete, replace or swap with
// their neighbour (Damerau-Levenshtein, restricted) between a and b.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if d := len(x) - len(y); d > 2 || d < -2 {
		return 3 // more than anybody asks for
	}
	var before []int
	last := make([]int, len(y)+1)
	for i := range last {
		last[i] = i
	}
	for i := 1; i <= len(x); i++ {
		row := make([]int, len(y)+1)
		row[0] = i
		for k := 1; k <= len(y); k++ {
			cost := 1
			if x[i-1] == y[k-1] {
				cost = 0
			}
			row[k] = min(last[k]+1, row[k-1]+1, last[k-1]+cost)
			if i > 1 && k > 1 && x[i-1] == y[k-2] && x[i-2] == y[k-1] {
				row[k] = min(row[k], before[k-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(y)]
}
