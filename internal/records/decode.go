// Package records reads Microsoft's records from exported files: it finds out
// what a file is by its content, cuts it into records, and turns each record
// into an event. It trusts nothing in a file and reads on after what is broken.
package records

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"evict"
)

// A family is one kind of record: how it is told by its fields, and how it is decoded.
type family struct {
	name   string // part of Source.Format
	is     func(value) bool
	decode func(*Decoder, value, *evict.Event) bool
}

// families are tried in order; the first that knows the record decodes it. A
// CSV row is an object of strings here.
var families = []family{
	{"ual", isAudit, (*Decoder).decodeAudit},
	{"office-activity", isOfficeActivity, (*Decoder).decodeOfficeActivity},
}

// familyOf returns the family of a record; nil if no family knows it.
func familyOf(v value) *family {
	for _, table := range [...][]family{families, exports} {
		for i := range table {
			if table[i].is(v) {
				return &table[i]
			}
		}
	}
	return nil
}

// has reports whether every one of the fields is there, names compared without case.
func (v value) has(keys ...string) bool {
	for _, k := range keys {
		if !v.find(k).exists() {
			return false
		}
	}
	return true
}

// Stats counts what one batch held.
type Stats struct {
	Records int // records of which an event was made
	Damaged int // of these, flagged damaged
	Rejects []Reject
}

// Reject is a piece of a source that could not be read; Offset counts bytes of the decompressed item.
type Reject struct {
	Offset int64
	Reason string
}

// A Decoder turns batches into events. It is for one goroutine.
type Decoder struct {
	src   *Source
	arena *arena
	event evict.Event
	order dayOrder
	owner string // whom the wrapper around the record names; "" mostly
	audit auditScratch
}

// Decode calls emit for every event of the batch, in order. The event and
// everything in it are valid until emit returns; item becomes Event.Ref.Item.
func (d *Decoder) Decode(b *Batch, item int32, emit func(*evict.Event)) Stats {
	st := Stats{Rejects: b.rejects}
	d.order = b.order
	for _, s := range b.spans {
		raw := b.text[s.at : s.at+s.len]
		e := &d.event
		*e = evict.Event{ActorAliases: e.ActorAliases[:0], Subjects: e.Subjects[:0]}
		e.Ref = evict.RawRef{Item: item, Offset: s.offset, Length: s.rawLen}
		d.owner = s.owner
		d.arena.reset()
		v, why := d.src.value(raw, d.arena)
		if !v.exists() {
			st.Rejects = append(st.Rejects, Reject{s.offset, why})
			continue
		}
		if s.damaged || why != "" {
			e.Flags |= evict.Damaged
		}
		v = unwrap(v, d.arena)
		f := familyOf(v)
		if f == nil || !f.decode(d, v, e) {
			if why == "" {
				why = "not a record of a known kind"
			}
			st.Rejects = append(st.Rejects, Reject{s.offset, why})
			continue
		}
		e.Flags |= d.arena.flags
		if e.Origin.Addr.IsValid() && MicrosoftNetwork(e.Origin.Addr) {
			e.Flags |= evict.ServiceAddress
		}
		if e.Hash == 0 {
			e.Hash = v.hash()
		}
		if e.ID == "" {
			// The same rule in two mailboxes is two records, though its bytes are the same;
			// a row of a log that two accounts were asked for is one.
			whose := ""
			if e.Flags&evict.Observed != 0 {
				whose = d.owner
			}
			sum := sha256.Sum256([]byte(raw + whose))
			e.ID = evict.RecordID("sha256:" + hex.EncodeToString(sum[:]))
		}
		st.Records++
		if e.Flags&evict.Damaged != 0 {
			st.Damaged++
		}
		emit(e)
	}
	return st
}

// unwrap takes off what collectors put around a record: Elastic's
// {"o365":{"audit":...}} and {"_source":...}, Splunk's {"result":{"_raw":...}}.
func unwrap(v value, a *arena) value {
	for range 4 {
		inner := value{}
		for _, path := range [...][2]string{{"o365", "audit"}, {"_source", ""}, {"result", ""}, {"o365.audit", ""}} {
			x := v.get(path[0])
			if path[1] != "" {
				x = x.get(path[1])
			}
			if x.isObject() {
				inner = x
				break
			}
		}
		if !inner.exists() && !v.get("AuditData").exists() {
			for _, key := range [...]string{"_raw", "raw", "event.original", "message"} {
				if s := v.get(key); s.isString() && strings.HasPrefix(strings.TrimSpace(s.str()), "{") {
					if x := s.embedded(a); x.isObject() && familyOf(x) != nil {
						inner = x
					}
				}
			}
		}
		if !inner.exists() {
			return v
		}
		v = inner
	}
	return v
}
