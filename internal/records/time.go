package records

import (
	"strings"
	"time"

	"evict"
)

// dayOrder is how a file writes dates with slashes, as far as its own dates show.
type dayOrder uint8

const (
	unknownOrder dayOrder = iota // month first is a guess, and the time ambiguous
	monthFirst
	dayFirst
)

// time reads any spelling of a time that Microsoft's exports use. A time
// without a zone is UTC: so Microsoft documents it for the audit log, and the
// portals say so in the column's name.
func (d *Decoder) time(s string) evict.Time { return parseTime(s, d.order) }

func parseTime(s string, order dayOrder) evict.Time {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "{") { // PowerShell 5.1: {"value":"/Date(...)/","DateTime":"..."}
		if i := strings.Index(s, "/Date("); i >= 0 {
			s = s[i:]
		}
	}
	if rest, ok := strings.CutPrefix(strings.TrimPrefix(s, `\`), "/Date("); ok {
		return unixMillis(rest)
	}
	c := cursor{s: s}
	n, width := c.digits()
	switch {
	case width == 4 && (c.take('-') || c.take('/')):
		return c.yearFirst(n)
	case width == 1 || width == 2:
		if c.take('/') || c.take('.') || c.take('-') {
			return c.slashed(n, order)
		}
	case width == 10 || width == 13:
		if c.s == "" {
			return unixMillis(s[:width] + "000"[:13-width])
		}
	}
	return namedDate(s)
}

// unixMillis reads /Date(1621372413000)/ behind its bracket; PowerShell may add an offset that changes nothing.
func unixMillis(s string) evict.Time {
	c := cursor{s: s}
	neg := c.take('-')
	n, width := c.digits()
	if width == 0 || width > 15 {
		return evict.Time{}
	}
	if neg {
		n = -n
	}
	return evict.At(time.UnixMilli(n).UTC(), evict.SubSecond)
}

type cursor struct{ s string }

func (c *cursor) take(b byte) bool {
	if c.s != "" && c.s[0] == b {
		c.s = c.s[1:]
		return true
	}
	return false
}

func (c *cursor) blanks() {
	for c.s != "" && (c.s[0] == ' ' || c.s[0] == ',') || strings.HasPrefix(c.s, "\u202f") || strings.HasPrefix(c.s, "\u00a0") {
		switch c.s[0] {
		case ' ', ',':
			c.s = c.s[1:]
		case 0xe2:
			c.s = c.s[3:]
		default:
			c.s = c.s[2:]
		}
	}
}

// digits reads a whole number of at most 18 digits.
func (c *cursor) digits() (n int64, width int) {
	for width < len(c.s) && c.s[width]-'0' <= 9 {
		if width == 18 {
			return 0, 0
		}
		n = n*10 + int64(c.s[width]-'0')
		width++
	}
	c.s = c.s[width:]
	return n, width
}

// yearFirst reads the rest of 2026-11-20T21:12:40.123Z and its like.
func (c *cursor) yearFirst(year int64) evict.Time {
	month, w1 := c.digits()
	if !c.take('-') && !c.take('/') {
		return evict.Time{}
	}
	day, w2 := c.digits()
	if w1 == 0 || w2 == 0 {
		return evict.Time{}
	}
	if !c.take('T') && !c.take('t') {
		c.blanks()
	}
	return c.clock(year, month, day, evict.Second)
}

// slashed reads the rest of 9/26/2023 1:51:34 AM, 18/05/2021 21:13:33 and their like.
func (c *cursor) slashed(first int64, order dayOrder) evict.Time {
	second, w := c.digits()
	if w == 0 || !c.take('/') && !c.take('.') && !c.take('-') {
		return evict.Time{}
	}
	year, w := c.digits()
	if w == 2 {
		year += 2000
	} else if w != 4 {
		return evict.Time{}
	}
	c.blanks()
	prec := evict.Second
	month, day := first, second
	switch {
	case first > 12 || order == dayFirst && second <= 12:
		month, day = second, first
	case second > 12 || order == monthFirst || first == second:
	default:
		prec = evict.Ambiguous
	}
	return c.clock(year, month, day, prec)
}

// clock reads the time of day and the zone; a date alone has the precision of a day.
func (c *cursor) clock(year, month, day int64, prec evict.Precision) evict.Time {
	if month < 1 || month > 12 || day < 1 || day > 31 || year < 1900 || year > 2200 {
		return evict.Time{}
	}
	var hour, minute, sec, nano int64
	if c.s == "" {
		if prec != evict.Ambiguous {
			prec = evict.Day
		}
	} else {
		var w int
		if hour, w = c.digits(); w == 0 || !c.take(':') {
			return evict.Time{}
		}
		if minute, w = c.digits(); w == 0 {
			return evict.Time{}
		}
		if c.take(':') {
			if sec, w = c.digits(); w == 0 {
				return evict.Time{}
			}
			if c.take('.') || c.take(',') {
				f, w := c.digits()
				if w == 0 || w > 12 {
					return evict.Time{}
				}
				for ; w < 9; w++ {
					f *= 10
				}
				for ; w > 9; w-- {
					f /= 10
				}
				nano = f
				if prec == evict.Second && f != 0 {
					prec = evict.SubSecond
				}
			}
		}
	}
	c.blanks()
	if half := strings.ToUpper(c.s); strings.HasPrefix(half, "AM") || strings.HasPrefix(half, "PM") {
		if hour < 1 || hour > 12 {
			return evict.Time{}
		}
		hour %= 12
		if half[0] == 'P' {
			hour += 12
		}
		c.s = c.s[2:]
		c.blanks()
	}
	offset, ok := c.zone()
	if !ok || hour > 23 || minute > 59 || sec > 60 {
		return evict.Time{}
	}
	if day > daysIn(year, month) {
		return evict.Time{}
	}
	days := daysSinceEpoch(year, month, day)
	return evict.Time{Nano: ((days*24+hour)*60+minute-offset)*60e9 + sec*1e9 + nano, Prec: prec, Set: true}
}

// zone reads Z, UTC, +01:00, +0100 or nothing, in minutes east.
func (c *cursor) zone() (minutes int64, ok bool) {
	switch strings.ToUpper(c.s) {
	case "", "Z", "UTC", "GMT", "(UTC)", "[UTC]":
		return 0, true
	}
	east := c.take('+')
	if !east && !c.take('-') {
		return 0, false
	}
	h, w := c.digits()
	m := int64(0)
	switch {
	case w == 4:
		h, m = h/100, h%100
	case w == 2 && c.take(':'):
		if m, w = c.digits(); w != 2 {
			return 0, false
		}
	case w != 2:
		return 0, false
	}
	if c.blanks(); c.s != "" || h > 15 || m > 59 {
		return 0, false
	}
	if minutes = h*60 + m; !east {
		minutes = -minutes
	}
	return minutes, true
}

func daysIn(year, month int64) int64 {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// daysSinceEpoch counts from 1970-01-01, in years that begin in March.
func daysSinceEpoch(year, month, day int64) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	era := year / 400
	yearOfEra := year % 400
	dayOfYear := (153*(month-3)+2)/5 + day - 1
	return era*146097 + yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear - 719468
}

// named are the spellings with the month's name.
var named = []string{
	time.RFC1123, time.RFC1123Z, "Monday, 2 January 2006 15:04:05", "Monday, January 2, 2006 3:04:05 PM",
	"Jan 2, 2006 3:04:05 PM", "Jan 2, 2006, 3:04:05 PM", "Jan 2, 2006 @ 15:04:05.000", "2 Jan 2006 15:04:05", "2-Jan-2006 15:04:05",
}

func namedDate(s string) evict.Time {
	if len(s) < 12 || len(s) > 48 {
		return evict.Time{}
	}
	for _, layout := range named {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1900 && t.Year() <= 2200 {
			return evict.At(t, evict.Second)
		}
	}
	return evict.Time{}
}
