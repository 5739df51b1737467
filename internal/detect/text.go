package detect

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"evict"
)

// quoted writes a recorded value in a sentence: in quotes, control characters
// escaped, and no longer than a line.
func quoted(s string) string {
	const most = 80
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return strconv.Quote(s)
}

// some lists a few recorded values in quotes and says how many more there are.
func some(values []string) string {
	const most = 3
	var out []string
	for i, v := range values {
		if i == most {
			out = append(out, strconv.Itoa(len(values)-most)+" more")
			break
		}
		out = append(out, quoted(v))
	}
	switch len(out) {
	case 0:
		return ""
	case 1:
		return out[0]
	}
	return strings.Join(out[:len(out)-1], ", ") + " and " + out[len(out)-1]
}

// address returns the SMTP address in a recorded recipient: "smtp:" and name
// parts taken off, lower case; "" for what is no SMTP address (an X.500
// address of the organisation, a display name, a GUID).
func address(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.LastIndexByte(s, '<'); i >= 0 && strings.HasSuffix(s, ">") {
		s = s[i+1 : len(s)-1]
	}
	if i := strings.LastIndexByte(s, '['); i >= 0 && strings.HasSuffix(s, "]") {
		s = s[i+1 : len(s)-1]
	}
	if len(s) > 5 && strings.EqualFold(s[:5], "smtp:") {
		s = s[5:]
	}
	s = strings.Trim(s, `"' `)
	i := strings.LastIndexByte(s, '@')
	if i <= 0 || i == len(s)-1 || strings.ContainsAny(s, " /\\") {
		return ""
	}
	return strings.ToLower(s)
}

// insideOf reports which addresses are the tenant's own: those in its domains,
// and those in the domain of the actor or the mailbox of the event, for a short
// export may not show who is at home there.
func insideOf(e *evict.Event, v *View) func(address string) bool {
	own := map[string]bool{}
	for _, p := range []evict.Principal{e.Actor, e.Subject(evict.Mailbox).Who, {Kind: evict.UPN, ID: v.Account}} {
		if d := p.Domain(); d != "" && !FreeMail(d) && !strings.Contains(p.ID, "#ext#") {
			own[d] = true
		}
	}
	return func(a string) bool { return v.Facts.Internal(a) || InDomains(evict.DomainOf(a), own) }
}

// outside returns those of the recorded recipients that are SMTP addresses
// outside the tenant, lower-cased.
func outside(inside func(string) bool, recipients []string) []string {
	var out []string
	for _, r := range recipients {
		if a := address(r); a != "" && !inside(a) {
			out = append(out, a)
		}
	}
	return out
}

// count writes a number with its noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// opIs reports whether the operation is one of the names: case, blanks around
// it, a closing full stop and the kind of dash do not matter, for Microsoft
// writes each operation in more than one way. Names are given lower-cased,
// with "-" and without a full stop.
func opIs(op string, names ...string) bool {
	op = plainOp(op)
	for _, n := range names {
		if op == n {
			return true
		}
	}
	return false
}

// plainOp is an operation's name for comparison: lower case, no blanks or full
// stop at its ends, en dashes as hyphens.
func plainOp(op string) string {
	return strings.TrimSuffix(strings.ToLower(strings.ReplaceAll(strings.TrimSpace(op), "–", "-")), ".")
}

// acted reports whether the event is an act of a person or application that
// succeeded as far as the record shows: no dump, no failure, no service.
func acted(e *evict.Event) bool {
	return e.Flags&evict.Observed == 0 && e.Outcome != evict.Failure && e.Outcome != evict.Interrupted && e.Actor.Kind != evict.Service && e.Actor.Kind != evict.NoPrincipal
}

// seen reports whether the event is a state of a dump.
func seen(e *evict.Event) bool { return e.Flags&evict.Observed != 0 }

// actorName names the actor of an event in a sentence.
func actorName(e *evict.Event) string {
	if e.Actor.ID == "" {
		return "somebody"
	}
	return e.Actor.ID
}

// from says where an act came from, for a sentence: " from 192.0.2.1", with the place if
// the record has one, or ""; an address of Microsoft's own is no origin (V7).
func from(e *evict.Event) string {
	if !e.Origin.Addr.IsValid() || e.Flags&evict.ServiceAddress != 0 {
		return ""
	}
	return " from " + e.Origin.Addr.String() + inPlace(e.Origin.Place)
}

// yes reports a recorded truth value: True, true, 1, $true.
func yes(s string) bool {
	s = strings.ToLower(strings.Trim(s, `"[] $`))
	return s == "true" || s == "1" || s == "yes"
}

// no reports a recorded false value.
func no(s string) bool {
	s = strings.ToLower(strings.Trim(s, `"[] $`))
	return s == "false" || s == "0" || s == "no"
}

// keepEvidence is evidence that outlasts the call, as keep, but without its own
// place: the finding stands in the strand of the event that it is reported at.
func keepEvidence(e *evict.Event) Evidence {
	return Evidence{ID: evict.RecordID(strings.Clone(string(e.ID))), Ref: e.Ref}
}

// plainText takes the markup off a recorded text.
func plainText(s string) string {
	var b strings.Builder
	in := false
	for _, r := range s {
		switch {
		case r == '<':
			in = true
		case r == '>' && in:
			in = false
			b.WriteByte(' ')
		case !in:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
