package records

import (
	"errors"
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"evict"
)

// Limits of one record. They bound memory whatever the input; a record beyond
// them is damaged, and what stands before the limit is kept.
const (
	maxDepth  = 256
	maxValues = 1 << 18 // keys and values of one record, parsed strings included
	maxKeys   = 4096    // of one object
)

var (
	errSyntax = errors.New("not valid JSON")
	errEnd    = errors.New("cut off")
	errDepth  = errors.New("nested deeper than " + strconv.Itoa(maxDepth))
	errKeys   = errors.New("more than " + strconv.Itoa(maxKeys) + " keys in one object")
	errValues = errors.New("more than " + strconv.Itoa(maxValues) + " values")
)

// Kinds of a node.
type nodeKind uint8

const (
	absent nodeKind = iota
	nullNode
	falseNode
	trueNode
	numberNode
	stringNode
	arrayNode
	objectNode
)

// How a string's text is still encoded.
const (
	plainText uint8 = iota
	jsonText        // JSON escapes
	csvText         // doubled quotes
)

// A node is one value of a record. A container is followed by its parts, an
// object's parts being keys (decoded) and values in turn; next is the index
// after the last of them. A key's next is its folded hash.
type node struct {
	text string // a container: all of it; a string: what stands between the quotes
	next uint32
	kind nodeKind
	code uint8
}

// arena holds the values of one record. It is reused from record to record;
// the texts that it decodes are never overwritten.
type arena struct {
	nodes  []node
	text   strings.Builder
	flags  evict.Flags
	opened []opened // JSON in strings that is parsed already
}

type opened struct{ node, parsed uint32 }

func (a *arena) reset() {
	a.nodes, a.opened, a.flags = a.nodes[:0], a.opened[:0], 0
}

// chunk is how much decoded text shares one allocation.
const chunk = 64 << 10

// room makes sure that n bytes can be added to a.text without moving it, and returns where they start.
func (a *arena) room(n int) int {
	if a.text.Cap()-a.text.Len() < n {
		a.text = strings.Builder{}
		a.text.Grow(max(n, chunk))
	}
	return a.text.Len()
}

// value is one JSON value, or one field of a CSV row; the zero value is an
// absent one, and every method may be called on it.
type value struct {
	a *arena
	i uint32
}

func (v value) kind() nodeKind {
	if v.a == nil {
		return absent
	}
	return v.a.nodes[v.i].kind
}

func (v value) exists() bool   { return v.kind() != absent }
func (v value) isObject() bool { return v.kind() == objectNode }
func (v value) isArray() bool  { return v.kind() == arrayNode }
func (v value) isString() bool { return v.kind() == stringNode }
func (v value) isNull() bool   { return v.kind() <= nullNode }

// raw is the value as it stands in the record; a string is without its quotes.
func (v value) raw() string {
	if v.a == nil {
		return ""
	}
	return v.a.nodes[v.i].text
}

// str is a string decoded, any other scalar or container as it stands, "" for null.
func (v value) str() string {
	if v.a == nil {
		return ""
	}
	n := &v.a.nodes[v.i]
	switch {
	case n.kind == nullNode:
		return ""
	case n.code == jsonText:
		n.text, n.code = v.a.unescape(n.text), plainText
	case n.code == csvText:
		n.text, n.code = v.a.undouble(n.text), plainText
	}
	return n.text
}

// num is a number, or a string that is one.
func (v value) num() (int64, bool) {
	switch v.kind() {
	case numberNode, stringNode:
		return number(strings.TrimSpace(v.str()))
	}
	return 0, false
}

func number(s string) (int64, bool) {
	if s == "" || len(s) > 32 {
		return 0, false
	}
	var n int64
	for i := range len(s) {
		c := s[i] - '0'
		if c > 9 || i > 17 {
			return slowNumber(s)
		}
		n = n*10 + int64(c)
	}
	return n, true
}

func slowNumber(s string) (int64, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != float64(int64(f)) {
		return 0, false
	}
	return int64(f), true
}

// tri is a truth value, written as one or as a word.
func (v value) tri() evict.Tri {
	switch v.kind() {
	case trueNode:
		return evict.Yes
	case falseNode:
		return evict.No
	case stringNode, numberNode:
		return triWord(strings.TrimSpace(v.str()))
	}
	return evict.Unset
}

// get returns the first field of exactly that name.
func (v value) get(key string) value {
	if !v.isObject() {
		return value{}
	}
	nodes := v.a.nodes
	for i, end := v.i+1, nodes[v.i].next; i < end; i = nodes[i+1].next {
		if nodes[i].text == key {
			return value{v.a, i + 1}
		}
	}
	return value{}
}

// find returns the field of the first name that occurs exactly, else of the
// first name that occurs in another case.
func (v value) find(keys ...string) value {
	for _, k := range keys {
		if x := v.get(k); x.exists() {
			return x
		}
	}
	if !v.isObject() {
		return value{}
	}
	nodes := v.a.nodes
	for _, k := range keys {
		h := foldedHash(k)
		for i, end := v.i+1, nodes[v.i].next; i < end; i = nodes[i+1].next {
			if nodes[i].next == h && equalFold(nodes[i].text, k) {
				return value{v.a, i + 1}
			}
		}
	}
	return value{}
}

// each yields the elements of an array; PowerShell's {"value":[...],"Count":n}
// counts as one, and anything else that is not null as its only element.
func (v value) each(yield func(value) bool) {
	switch v.kind() {
	case absent, nullNode:
		return
	case objectNode:
		if inner := v.get("value"); inner.isArray() && v.get("Count").exists() {
			inner.each(yield)
			return
		}
		yield(v)
		return
	case arrayNode:
	default:
		yield(v)
		return
	}
	for i, end := v.i+1, v.a.nodes[v.i].next; i < end; i = v.a.nodes[i].next {
		if !yield(value{v.a, i}) {
			return
		}
	}
}

// fields yields the keys and values of an object, in order.
func (v value) fields(yield func(string, value) bool) {
	if !v.isObject() {
		return
	}
	for i, end := v.i+1, v.a.nodes[v.i].next; i < end; i = v.a.nodes[i+1].next {
		if !yield(v.a.nodes[i].text, value{v.a, i + 1}) {
			return
		}
	}
}

// embedded parses JSON that stands in a string. A value that is none, or
// holds none, is returned as it is; JSON that is cut off gives what is whole
// of it, and the record is damaged.
func (v value) embedded(a *arena) value {
	if !v.isString() {
		return v
	}
	for _, o := range a.opened {
		if o.node == v.i {
			return value{a, o.parsed}
		}
	}
	s := strings.TrimSpace(v.str())
	if len(s) < 2 || s[0] != '{' && s[0] != '[' {
		return v
	}
	at := uint32(len(a.nodes))
	p := parser{s: s, a: a}
	err := p.document()
	if err != nil {
		a.nodes = a.nodes[:at]
		// Text may begin with a bracket and be no JSON: "[EXTERNAL] hello", "{6f…}".
		if err == errSyntax && !strings.HasPrefix(s, `{"`) {
			return v
		}
		x, _ := salvage(s, a)
		if !x.exists() {
			return v
		}
		at = x.i
	}
	a.opened = append(a.opened, opened{v.i, at})
	return value{a, at}
}

// parse reads one JSON text. Duplicate keys, keys that differ only in case and
// invalid UTF-8 are no errors but flags.
func parse(s string, a *arena) (value, evict.Flags, error) {
	at := len(a.nodes)
	p := parser{s: s, a: a}
	if err := p.document(); err != nil {
		a.nodes = a.nodes[:at]
		return value{}, a.flags, err
	}
	if !utf8.ValidString(s) {
		a.flags |= evict.InvalidUTF8
	}
	return value{a, uint32(at)}, a.flags, nil
}

// salvage reads as much of a broken JSON object or array as is whole: a
// member that is cut off is left out, containers end where the text does.
func salvage(s string, a *arena) (value, error) {
	at := len(a.nodes)
	p := parser{s: s, a: a, lax: true}
	p.space()
	err := p.value(0)
	if !utf8.ValidString(s) {
		a.flags |= evict.InvalidUTF8
	}
	a.flags |= evict.Damaged
	if len(a.nodes) <= at+1 { // nothing but an open bracket
		a.nodes = a.nodes[:at]
		return value{}, err
	}
	return value{a, uint32(at)}, err
}

type parser struct {
	s   string
	i   int
	a   *arena
	lax bool // on an error keep what is whole
}

func (p *parser) document() error {
	p.space()
	if err := p.value(0); err != nil {
		return err
	}
	p.space()
	if p.i < len(p.s) {
		return errSyntax
	}
	return nil
}

func (p *parser) space() {
	for p.i < len(p.s) {
		switch p.s[p.i] {
		case ' ', '\t', '\n', '\r':
			p.i++
		default:
			return
		}
	}
}

// fail is the error at the present place.
func (p *parser) fail() error {
	if p.i >= len(p.s) {
		return errEnd
	}
	return errSyntax
}

func (p *parser) add(n node) (uint32, error) {
	i := len(p.a.nodes)
	if i >= maxValues {
		return 0, errValues
	}
	n.next = uint32(i + 1)
	p.a.nodes = append(p.a.nodes, n)
	return uint32(i), nil
}

func (p *parser) value(depth int) error {
	if p.i >= len(p.s) {
		return errEnd
	}
	switch c := p.s[p.i]; c {
	case '{', '[':
		return p.container(c, depth)
	case '"':
		text, code, err := p.string()
		if err != nil {
			return err
		}
		_, err = p.add(node{text: text, kind: stringNode, code: code})
		return err
	case 't':
		return p.word("true", trueNode)
	case 'f':
		return p.word("false", falseNode)
	case 'n':
		return p.word("null", nullNode)
	}
	return p.number()
}

func (p *parser) word(w string, k nodeKind) error {
	if !strings.HasPrefix(p.s[p.i:], w) {
		if strings.HasPrefix(w, p.s[p.i:]) {
			return errEnd
		}
		return errSyntax
	}
	_, err := p.add(node{text: p.s[p.i : p.i+len(w)], kind: k})
	p.i += len(w)
	return err
}

func (p *parser) digits() bool {
	start := p.i
	for p.i < len(p.s) && p.s[p.i]-'0' <= 9 {
		p.i++
	}
	return p.i > start
}

func (p *parser) number() error {
	start := p.i
	if p.s[p.i] == '-' {
		p.i++
	}
	if p.i < len(p.s) && p.s[p.i] == '0' {
		p.i++
	} else if !p.digits() {
		return p.fail()
	}
	if p.i < len(p.s) && p.s[p.i] == '.' {
		p.i++
		if !p.digits() {
			return p.fail()
		}
	}
	if p.i < len(p.s) && p.s[p.i]|0x20 == 'e' {
		p.i++
		if p.i < len(p.s) && (p.s[p.i] == '+' || p.s[p.i] == '-') {
			p.i++
		}
		if !p.digits() {
			return p.fail()
		}
	}
	if p.lax && p.i == len(p.s) {
		return errEnd // a number that ends with the text may be half of one
	}
	_, err := p.add(node{text: p.s[start:p.i], kind: numberNode})
	return err
}

// string reads a string whose opening quote is at p.i.
func (p *parser) string() (text string, code uint8, err error) {
	p.i++
	start := p.i
	for p.i < len(p.s) {
		c := p.s[p.i]
		switch {
		case c == '"':
			text = p.s[start:p.i]
			p.i++
			return text, code, nil
		case c == '\\':
			code = jsonText
			if err := p.escape(); err != nil {
				return "", 0, err
			}
		case c < ' ':
			return "", 0, errSyntax
		default:
			p.i++
		}
	}
	return "", 0, errEnd
}

// escape checks the escape at p.i and goes behind it.
func (p *parser) escape() error {
	if p.i+1 >= len(p.s) {
		p.i = len(p.s)
		return errEnd
	}
	switch p.s[p.i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		p.i += 2
		return nil
	case 'u':
		r, ok := hex4(p.s, p.i+2)
		if !ok {
			if len(p.s) < p.i+6 {
				p.i = len(p.s)
				return errEnd
			}
			return errSyntax
		}
		p.i += 6
		if utf16.IsSurrogate(r) {
			if strings.HasPrefix(p.s[p.i:], `\u`) {
				if r2, ok := hex4(p.s, p.i+2); ok && utf16.DecodeRune(r, r2) != utf8.RuneError {
					p.i += 6
					return nil
				}
			}
			p.a.flags |= evict.InvalidUTF8
		}
		return nil
	}
	return errSyntax
}

func hex4(s string, i int) (rune, bool) {
	if len(s) < i+4 {
		return 0, false
	}
	var r rune
	for _, c := range []byte(s[i : i+4]) {
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

func (p *parser) container(open byte, depth int) error {
	if depth >= maxDepth {
		return errDepth
	}
	kind := objectNode
	if open == '[' {
		kind = arrayNode
	}
	start := p.i
	self, err := p.add(node{kind: kind})
	if err != nil {
		return err
	}
	p.i++
	if open == '[' {
		err = p.elements(depth)
	} else {
		err = p.members(self, depth)
	}
	if err != nil && !p.lax {
		return err
	}
	n := &p.a.nodes[self]
	n.text, n.next = p.s[start:p.i], uint32(len(p.a.nodes))
	return err
}

func (p *parser) elements(depth int) error {
	p.space()
	if p.i < len(p.s) && p.s[p.i] == ']' {
		p.i++
		return nil
	}
	for {
		p.space()
		if err := p.value(depth + 1); err != nil {
			return err
		}
		p.space()
		if p.i >= len(p.s) {
			return errEnd
		}
		c := p.s[p.i]
		if c != ',' && c != ']' {
			return errSyntax
		}
		p.i++
		if c == ']' {
			return nil
		}
	}
}

func (p *parser) members(self uint32, depth int) error {
	p.space()
	if p.i < len(p.s) && p.s[p.i] == '}' {
		p.i++
		return nil
	}
	var seen [4]uint64 // which hashes occurred, as a sieve
	for count := 0; ; count++ {
		if count == maxKeys {
			return errKeys
		}
		p.space()
		key := uint32(len(p.a.nodes))
		if err := p.key(); err != nil {
			return err
		}
		if err := p.value(depth + 1); err != nil {
			// A container that is cut off keeps what is whole of it; a scalar goes with its key.
			if p.lax && uint32(len(p.a.nodes)) <= key+1 {
				p.a.nodes = p.a.nodes[:key]
			}
			return err
		}
		h := p.a.nodes[key].next
		if bit := uint64(1) << (h & 63); seen[h>>6&3]&bit != 0 {
			p.repeated(self, key)
		} else {
			seen[h>>6&3] |= bit
		}
		p.space()
		if p.i >= len(p.s) {
			return errEnd
		}
		c := p.s[p.i]
		if c != ',' && c != '}' {
			return errSyntax
		}
		p.i++
		if c == '}' {
			return nil
		}
	}
}

// key reads a key and its colon.
func (p *parser) key() error {
	if p.i >= len(p.s) || p.s[p.i] != '"' {
		return p.fail()
	}
	text, code, err := p.string()
	if err != nil {
		return err
	}
	p.space()
	if p.i >= len(p.s) || p.s[p.i] != ':' {
		return p.fail()
	}
	p.i++
	p.space()
	if code == jsonText {
		text = p.a.unescape(text)
	}
	i, err := p.add(node{text: text, kind: stringNode})
	if err == nil {
		p.a.nodes[i].next = foldedHash(text)
	}
	return err
}

// repeated flags a key that the object has had before, in this or another case.
func (p *parser) repeated(self, key uint32) {
	nodes := p.a.nodes
	h, text := nodes[key].next, nodes[key].text
	for i := self + 1; i < key; i = nodes[i+1].next {
		if nodes[i].next != h || !equalFold(nodes[i].text, text) {
			continue
		}
		if nodes[i].text == text {
			p.a.flags |= evict.DuplicateKey
		} else {
			p.a.flags |= evict.CaseTwin
		}
	}
}

// load8 is the eight bytes of s at i.
func load8(s string, i int) uint64 {
	b := s[i : i+8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

const blanks = 0x2020202020202020

// foldedHash is the same for keys that differ only in the case of ASCII letters.
func foldedHash(s string) uint32 {
	h := uint64(len(s)) * 0x9e3779b97f4a7c15
	i := 0
	for ; i+8 <= len(s); i += 8 {
		h = mix(h^(load8(s, i)|blanks), 0xd6e8feb86659fd93)
	}
	if len(s) >= 8 {
		h = mix(h^(load8(s, len(s)-8)|blanks), 0xd6e8feb86659fd93)
	} else {
		var t uint64
		for ; i < len(s); i++ {
			t = t<<8 | uint64(s[i]|0x20)
		}
		h = mix(h^t, 0xd6e8feb86659fd93)
	}
	return uint32(h ^ h>>32)
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// unescape decodes JSON escapes that string has checked. A lone surrogate
// becomes U+FFFD.
func (a *arena) unescape(s string) string {
	start := a.room(len(s))
	b := &a.text
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			b.WriteString(s)
			break
		}
		b.WriteString(s[:i])
		c := s[i+1]
		s = s[i+2:]
		switch c {
		case 'b':
			b.WriteByte('\b')
		case 'f':
			b.WriteByte('\f')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case 'u':
			r, _ := hex4(s, 0)
			s = s[4:]
			if utf16.IsSurrogate(r) {
				var pair rune = utf8.RuneError
				if strings.HasPrefix(s, `\u`) {
					if r2, ok := hex4(s, 2); ok {
						pair = utf16.DecodeRune(r, r2)
					}
				}
				if r = pair; r != utf8.RuneError {
					s = s[6:]
				}
			}
			b.WriteRune(r)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()[start:]
}

// undouble decodes the doubled quotes of a CSV field.
func (a *arena) undouble(s string) string {
	start := a.room(len(s))
	b := &a.text
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			b.WriteString(s)
			break
		}
		b.WriteString(s[:i+1])
		s = s[i+1:]
		if len(s) > 0 && s[0] == '"' {
			s = s[1:]
		}
	}
	return b.String()[start:]
}

// equalFold compares without the case of ASCII letters.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		x, y := a[i], b[i]
		if x == y {
			continue
		}
		if x|0x20 != y|0x20 || x|0x20 < 'a' || x|0x20 > 'z' {
			return false
		}
	}
	return true
}

// hash is of the content of an object, whatever the order of its keys, its
// blanks and its escapes.
func (v value) hash() uint64 {
	if v.a == nil {
		return 0
	}
	n := v.a.nodes[v.i]
	switch n.kind {
	case objectNode:
		var sum uint64
		for i := v.i + 1; i < n.next; i = v.a.nodes[i+1].next {
			key := v.a.nodes[i].text
			// Graph annotates objects with their type.
			if strings.HasPrefix(key, "@odata.") {
				continue
			}
			sum += mix(hashText(key)^0xa0761d6478bd642f, value{v.a, i + 1}.hash()^0xe7037ed1a0b428db)
		}
		return mix(sum^0x8ebc6af09c88c6e3, 0x589965cc75374cc3)
	case arrayNode:
		h := uint64(0x1d8e4e27c47d124f)
		for i := v.i + 1; i < n.next; i = v.a.nodes[i].next {
			h = mix(h^value{v.a, i}.hash(), 0xeb44accab455d165)
		}
		return h
	case nullNode:
		return 0x2545f4914f6cdd1d
	}
	return hashText(v.str())
}

func hashText(s string) uint64 {
	h := uint64(len(s)) * 0x9e3779b97f4a7c15
	i := 0
	for ; i+8 <= len(s); i += 8 {
		h = mix(h^load8(s, i), 0xd6e8feb86659fd93)
	}
	var t uint64
	for ; i < len(s); i++ {
		t = t<<8 | uint64(s[i])
	}
	return mix(h^t, 0xa0761d6478bd642f)
}
