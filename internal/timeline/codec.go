package timeline

import (
	"encoding/binary"
	"errors"
	"math"
	"net/netip"
	"unsafe"

	"evict"
)

// A coder writes or reads the compact form of an event, the same code for
// both directions so that they cannot drift apart. Strings that it reads
// alias its input: they are valid as long as that buffer is.
type coder struct {
	buf     []byte
	reading bool
	bad     bool
}

var errSpill = errors.New("spilled event is damaged")

// encodeEvent appends the compact form of e to buf.
func encodeEvent(buf []byte, e *evict.Event) []byte {
	c := coder{buf: buf}
	c.event(e)
	return c.buf
}

// decodeEvent reads what encodeEvent wrote. The event's strings alias b.
func decodeEvent(b []byte, e *evict.Event) error {
	*e = evict.Event{Subjects: e.Subjects[:0], ActorAliases: e.ActorAliases[:0]}
	c := coder{buf: b, reading: true}
	c.event(e)
	if c.bad || len(c.buf) != 0 {
		return errSpill
	}
	return nil
}

func (c *coder) event(e *evict.Event) {
	c.str((*string)(&e.ID))
	c.str((*string)(&e.Tenant))
	c.u8((*uint8)(&e.Kind))
	c.str(&e.Op)
	c.time(&e.Time)
	c.u8((*uint8)(&e.Outcome))
	c.principal(&e.Actor)
	list(c, &e.ActorAliases, (*coder).principal)
	list(c, &e.Subjects, (*coder).subject)
	c.origin(&e.Origin)
	ref := int64(e.Ref.Item)
	length := int64(e.Ref.Length)
	c.i64(&ref)
	c.i64(&length)
	c.i64(&e.Ref.Offset)
	e.Ref.Item, e.Ref.Length = int32(ref), int32(length)
	flags := int64(e.Flags)
	c.i64(&flags)
	e.Flags = evict.Flags(flags)
	c.fixed64(&e.Hash)
	c.detail(&e.Detail)
}

func (c *coder) subject(s *evict.Subject) {
	c.u8((*uint8)(&s.Part))
	c.principal(&s.Who)
	list(c, &s.Aliases, (*coder).principal)
	c.str(&s.Label)
}

func (c *coder) principal(p *evict.Principal) {
	c.u8((*uint8)(&p.Kind))
	c.str(&p.ID)
}

func (c *coder) time(t *evict.Time) {
	c.bool(&t.Set)
	c.u8((*uint8)(&t.Prec))
	c.i64(&t.Nano)
}

// origin is mostly empty in many events: a bit set says which parts follow.
func (c *coder) origin(o *evict.Origin) {
	var has uint8
	if !c.reading {
		if o.Addr.IsValid() {
			has |= 1
		}
		if o.Place != (evict.Place{}) {
			has |= 2
		}
		if o.Client != (evict.Client{}) {
			has |= 4
		}
		if o.Session != "" || o.Token != "" || o.Device != "" {
			has |= 8
		}
		if o.AppID != "" || o.UserAgent != "" || o.ASN != 0 {
			has |= 16
		}
	}
	c.u8(&has)
	if has&1 != 0 {
		c.addr(&o.Addr)
	}
	if has&2 != 0 {
		c.str(&o.Place.Country)
		c.str(&o.Place.Region)
		c.str(&o.Place.City)
		c.i32(&o.Place.Lat)
		c.i32(&o.Place.Lon)
	}
	if has&4 != 0 {
		c.str(&o.Client.App)
		c.str(&o.Client.OS)
		c.str(&o.Client.Browser)
	}
	if has&8 != 0 {
		c.str(&o.Session)
		c.str(&o.Token)
		c.str(&o.Device)
	}
	if has&16 != 0 {
		c.str(&o.AppID)
		c.str(&o.UserAgent)
		asn := int64(o.ASN)
		c.i64(&asn)
		o.ASN = uint32(asn)
	}
}

func (c *coder) addr(a *netip.Addr) {
	if c.reading {
		n := int(c.byte())
		b := c.take(n)
		if c.bad {
			return
		}
		v, ok := netip.AddrFromSlice(b)
		c.bad = c.bad || !ok
		*a = v
		return
	}
	b := a.WithZone("").AsSlice()
	c.buf = append(c.buf, byte(len(b)))
	c.buf = append(c.buf, b...)
}

// The kinds of detail, in the order of their numbers in the compact form.
const (
	noDetail = iota
	signInDetail
	settingsDetail
	changesDetail
	ruleDetail
	rightDetail
	sentDetail
	accessDetail
	movedDetail
	fileDetail
	alertDetail
	riskDetail
	traceDetail
	searchDetail
	callDetail
	chatDetail
)

func (c *coder) detail(d *evict.Detail) {
	var n uint8
	if !c.reading {
		n = detailNumber(*d)
	}
	c.u8(&n)
	if n == noDetail {
		return
	}
	if c.reading {
		if *d = newDetail(n); *d == nil {
			c.bad = true
			return
		}
	}
	switch v := (*d).(type) {
	case *evict.SignIn:
		c.signIn(v)
	case *evict.Settings:
		c.str(&v.Object)
		list(c, &v.Params, (*coder).field)
	case *evict.Changes:
		c.str(&v.Object)
		list(c, &v.Props, func(c *coder, p *evict.Change) { c.str(&p.Name); c.str(&p.Old); c.str(&p.New) })
		list(c, &v.Extra, (*coder).field)
	case *evict.Rule:
		c.u8((*uint8)(&v.Change))
		c.bool(&v.Transport)
		c.rule(&v.Rule)
		list(c, &v.Params, (*coder).field)
	case *evict.Right:
		c.strs(&v.Rights)
		c.str(&v.Folder)
		c.bool(&v.Removed)
		list(c, &v.Params, (*coder).field)
	case *evict.Sent:
		c.message(&v.Message)
		c.str(&v.As)
		c.strs(&v.Recipients)
		c.int(&v.Total)
		c.u8((*uint8)(&v.SaveToSent))
	case *evict.Access:
		c.bool(&v.Sync)
		c.bool(&v.Throttled)
		c.strs(&v.Folders)
		list(c, &v.Messages, (*coder).message)
		c.int(&v.Count)
	case *evict.Moved:
		c.str(&v.Folder)
		c.str(&v.Dest)
		list(c, &v.Messages, (*coder).message)
		c.int(&v.Count)
		c.strs(&v.Changed)
	case *evict.File:
		c.str(&v.Name)
		c.str(&v.Site)
		c.str(&v.Path)
		c.str(&v.SharedWith)
		c.str(&v.Link)
		c.int(&v.Count)
	case *evict.Alert:
		c.str(&v.Name)
		c.str(&v.Category)
		c.str(&v.Severity)
		c.str(&v.Status)
		c.strs(&v.Entities)
		list(c, &v.Extra, (*coder).field)
	case *evict.Risk:
		c.str(&v.Type)
		c.str(&v.Level)
		c.str(&v.State)
		c.str(&v.Reason)
		c.str(&v.Activity)
		list(c, &v.Extra, (*coder).field)
	case *evict.Trace:
		c.message(&v.Message)
		for _, s := range []*string{&v.Sender, &v.Recipient, &v.Status, &v.Direction, &v.Event, &v.FromIP, &v.Connector, &v.Threats} {
			c.str(s)
		}
		list(c, &v.Extra, (*coder).field)
	case *evict.Search:
		c.str(&v.Query)
		c.str(&v.Scope)
		list(c, &v.Extra, (*coder).field)
	case *evict.Call:
		c.str(&v.Method)
		c.str(&v.URI)
		c.int(&v.Status)
		c.u8((*uint8)(&v.AppOnly))
	case *evict.Chat:
		c.str(&v.Name)
		c.strs(&v.Members)
		c.u8((*uint8)(&v.External))
		c.str(&v.Text)
		c.strs(&v.Links)
		list(c, &v.Extra, (*coder).field)
	}
}

func (c *coder) signIn(v *evict.SignIn) {
	for _, s := range []*string{&v.App, &v.AppID, &v.Resource, &v.ResourceID, &v.Reason, &v.Method, &v.Protocol, &v.Request, &v.Token, &v.Risk, &v.RiskState, &v.RiskDetail, &v.DeviceName, &v.Trust, &v.ConditionalAccess, &v.CrossTenant, (*string)(&v.HomeTenant)} {
		c.str(s)
	}
	for _, t := range []*evict.Tri{&v.Interactive, &v.Password, &v.MFA, &v.Compliant, &v.Managed} {
		c.u8((*uint8)(t))
	}
	c.int(&v.Error)
	c.strs(&v.RiskEvents)
	c.bool(&v.TrustedLocation)
	c.bool(&v.Legacy)
}

func (c *coder) rule(r *evict.InboxRule) {
	for _, s := range []*string{&r.ID, &r.Name, &r.MoveTo, &r.CopyTo} {
		c.str(s)
	}
	for _, t := range []*evict.Tri{&r.Enabled, &r.HasAttachment, &r.Delete, &r.SoftDelete, &r.MarkRead, &r.Stop} {
		c.u8((*uint8)(t))
	}
	for _, s := range []*[]string{&r.From, &r.SentTo, &r.Subject, &r.Body, &r.SubjectOrBody, &r.Header, &r.Recipient, &r.Forward, &r.ForwardAttached, &r.Redirect, &r.BlindCopy, &r.SMS, &r.Set} {
		c.strs(s)
	}
	list(c, &r.Other, (*coder).field)
	c.i64(&r.MinSize)
	c.bool(&r.Sweep)
	c.bool(&r.Hidden)
	c.bool(&r.BodyKnown)
}

func (c *coder) message(m *evict.Message) {
	c.str(&m.ID)
	c.str(&m.Subject)
	c.str(&m.Folder)
	c.strs(&m.Attachments)
	c.i64(&m.Size)
}

func (c *coder) field(f *evict.Field) { c.str(&f.Name); c.str(&f.Value) }

func detailNumber(d evict.Detail) uint8 {
	switch d.(type) {
	case *evict.SignIn:
		return signInDetail
	case *evict.Settings:
		return settingsDetail
	case *evict.Changes:
		return changesDetail
	case *evict.Rule:
		return ruleDetail
	case *evict.Right:
		return rightDetail
	case *evict.Sent:
		return sentDetail
	case *evict.Access:
		return accessDetail
	case *evict.Moved:
		return movedDetail
	case *evict.File:
		return fileDetail
	case *evict.Alert:
		return alertDetail
	case *evict.Risk:
		return riskDetail
	case *evict.Trace:
		return traceDetail
	case *evict.Search:
		return searchDetail
	case *evict.Call:
		return callDetail
	case *evict.Chat:
		return chatDetail
	}
	return noDetail
}

func newDetail(n uint8) evict.Detail {
	switch n {
	case signInDetail:
		return &evict.SignIn{}
	case settingsDetail:
		return &evict.Settings{}
	case changesDetail:
		return &evict.Changes{}
	case ruleDetail:
		return &evict.Rule{}
	case rightDetail:
		return &evict.Right{}
	case sentDetail:
		return &evict.Sent{}
	case accessDetail:
		return &evict.Access{}
	case movedDetail:
		return &evict.Moved{}
	case fileDetail:
		return &evict.File{}
	case alertDetail:
		return &evict.Alert{}
	case riskDetail:
		return &evict.Risk{}
	case traceDetail:
		return &evict.Trace{}
	case searchDetail:
		return &evict.Search{}
	case callDetail:
		return &evict.Call{}
	case chatDetail:
		return &evict.Chat{}
	}
	return nil
}

// list codes a slice: its length, then its elements. A nil slice reads back as nil.
func list[T any](c *coder, s *[]T, each func(*coder, *T)) {
	n := int64(len(*s))
	c.i64(&n)
	if c.reading {
		if n < 0 || n > int64(len(c.buf)) { // every element takes at least a byte
			c.bad = true
			return
		}
		if n == 0 {
			return
		}
		if int64(cap(*s)) >= n {
			*s = (*s)[:n]
			clear(*s)
		} else {
			*s = make([]T, n)
		}
	}
	for i := range *s {
		each(c, &(*s)[i])
	}
}

func (c *coder) strs(s *[]string) { list(c, s, (*coder).str) }

func (c *coder) str(s *string) {
	if !c.reading {
		c.buf = binary.AppendUvarint(c.buf, uint64(len(*s)))
		c.buf = append(c.buf, *s...)
		return
	}
	n, k := binary.Uvarint(c.buf)
	if k <= 0 || n > uint64(len(c.buf)-k) {
		c.fail()
		return
	}
	c.buf = c.buf[k:]
	if n == 0 {
		*s = ""
		return
	}
	*s = unsafe.String(&c.buf[0], int(n))
	c.buf = c.buf[n:]
}

func (c *coder) i64(v *int64) {
	if !c.reading {
		c.buf = binary.AppendVarint(c.buf, *v)
		return
	}
	n, k := binary.Varint(c.buf)
	if k <= 0 {
		c.fail()
		return
	}
	*v, c.buf = n, c.buf[k:]
}

func (c *coder) int(v *int) {
	n := int64(*v)
	c.i64(&n)
	*v = int(n)
}

func (c *coder) i32(v *int32) {
	n := int64(*v)
	c.i64(&n)
	if n < math.MinInt32 || n > math.MaxInt32 {
		c.fail()
		return
	}
	*v = int32(n)
}

func (c *coder) fixed64(v *uint64) {
	if !c.reading {
		c.buf = binary.LittleEndian.AppendUint64(c.buf, *v)
		return
	}
	if b := c.take(8); b != nil {
		*v = binary.LittleEndian.Uint64(b)
	}
}

func (c *coder) u8(v *uint8) {
	if c.reading {
		*v = c.byte()
		return
	}
	c.buf = append(c.buf, *v)
}

func (c *coder) bool(v *bool) {
	var b uint8
	if *v {
		b = 1
	}
	c.u8(&b)
	*v = b != 0
}

func (c *coder) byte() byte {
	b := c.take(1)
	if b == nil {
		return 0
	}
	return b[0]
}

func (c *coder) take(n int) []byte {
	if n < 0 || n > len(c.buf) {
		c.fail()
		return nil
	}
	b := c.buf[:n]
	c.buf = c.buf[n:]
	return b
}

func (c *coder) fail() { c.bad, c.buf = true, nil }
