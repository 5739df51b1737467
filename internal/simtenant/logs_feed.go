package simtenant

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// The feed of the Office 365 Management Activity API
// (learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-reference):
// records in blobs, by when they came to be available.

const (
	feedKept   = 7 * day
	feedWindow = 24 * time.Hour
	// How much goes into one blob and on one page is not published (unconfirmed).
	feedSlot    = 5 * time.Minute
	feedRecords = 500
	feedPage    = 100
)

var feedTypes = []string{"Audit.AzureActiveDirectory", "Audit.Exchange", "Audit.SharePoint", "Audit.General", "DLP.All"}

// A subscription is to one type of content.
type subscription struct {
	Since   time.Time
	Enabled bool
	Webhook any
}

func feedTable() []row {
	const (
		feed = "/api/v1.0/{tenant}/activity/feed"
		who  = "PublisherIdentifier"
		may  = "ActivityFeed.Read ActivityFeed.ReadDlp"
	)
	return []row{
		{"GET", feed + "/subscriptions/list", "activity", who, "", may, may, ofFeed(listSubscriptions)},
		{"POST", feed + "/subscriptions/start", "activity", "contentType " + who, "?webhook{address authId expiration}", may, may, ofFeed(startSubscription)},
		{"POST", feed + "/subscriptions/stop", "activity", "contentType " + who, "", may, may, ofFeed(stopSubscription)},
		{"GET", feed + "/subscriptions/content", "activity", "contentType startTime endTime nextPage " + who, "", may, may, ofFeed(listContent)},
		{"GET", feed + "/audit/{id}", "activity", who, "", may, may, ofFeed(getContent)},
	}
}

// ofFeed checks what all calls have in common.
func ofFeed(run func(*call, *logs) (reply, error)) handler {
	return func(c *call) reply {
		out, err := reply{}, error(nil)
		if !strings.EqualFold(c.args["tenant"], c.world.ID) {
			err = &graphError{400, "AF20010", "The tenant ID passed in the URL (" + c.args["tenant"] + ") does not match the tenant ID passed in the access token (" + c.world.ID + ")."}
		} else {
			out, err = run(c, c.world.logged())
		}
		if err != nil {
			return c.failed(err)
		}
		return out
	}
}

// feedType is the content type that the call names.
func (c *call) feedType() (string, error) {
	i := slices.IndexFunc(feedTypes, func(s string) bool { return strings.EqualFold(s, c.query.Get("contentType")) })
	switch {
	case i < 0:
		return "", badGraph("AF20020", "The specified content type is not valid.")
	case feedTypes[i] == "DLP.All" && !slices.Contains(c.by.Permissions, "ActivityFeed.ReadDlp"):
		return "", &graphError{403, "AF10001", "The permission set (" + strings.Join(c.by.Permissions, " ") + ") sent in the request did not include the expected permission ActivityFeed.ReadDlp."}
	}
	return feedTypes[i], nil
}

func (s *subscription) object(kind string) Object {
	status := "disabled"
	if s.Enabled {
		status = "enabled"
	}
	return Object{"contentType": kind, "status": status, "webhook": s.Webhook}
}

func listSubscriptions(c *call, l *logs) (reply, error) {
	list := []Object{}
	for _, kind := range feedTypes {
		if s := l.feed[kind]; s != nil {
			list = append(list, s.object(kind))
		}
	}
	return c.ok(200, list), nil
}

func startSubscription(c *call, l *logs) (reply, error) {
	kind, err := c.feedType()
	if err != nil {
		return reply{}, err
	}
	s := l.feed[kind]
	switch {
	case c.world.AuditOff: // the words are those of third parties' reports (unconfirmed)
		return reply{}, badGraph("AF10001", "Tenant "+c.world.ID+" does not exist.")
	case s != nil && s.Enabled && c.body["webhook"] == nil:
		return reply{}, badGraph("AF20024", "The subscription is already enabled. No property change.")
	case s == nil:
		s = &subscription{Since: c.now}
		l.feed[kind] = s
	}
	s.Enabled, s.Webhook = true, nil
	if hook := asObject(c.body["webhook"]); hook != nil {
		s.Webhook = Object{"status": "enabled", "address": hook["address"], "authId": hook["authId"], "expiration": hook["expiration"]}
	}
	return c.ok(200, s.object(kind)), nil
}

func stopSubscription(c *call, l *logs) (reply, error) {
	kind, err := c.feedType()
	if err != nil {
		return reply{}, err
	}
	s := l.feed[kind]
	if s == nil {
		return reply{}, noSubscription()
	}
	s.Enabled = false
	return reply{204, c.headers(), nil}, nil
}

func noSubscription() error {
	return badGraph("AF20022", "No subscription found for the specified content type.")
}

// A blob is one piece of content: records of a slot of time, by their places in the log.
type blob struct {
	kind    string
	created time.Time // the end of the slot
	part    int
	bodies  [][]byte
}

func (b *blob) id() string {
	name := strings.ReplaceAll(b.kind, ".", "_")
	return b.created.Add(-feedSlot).Format("20060102150405") + "$" + b.created.Format("20060102150405") + "$" + strings.ToLower(name) + "$" + name + "$" + strconv.Itoa(b.part)
}

func (b *blob) object(c *call) Object {
	return Object{
		"contentType": b.kind, "contentId": b.id(), "contentUri": "https://" + c.http.Host + "/api/v1.0/" + c.world.ID + "/activity/feed/audit/" + url.PathEscape(b.id()),
		"contentCreated": b.created.Format("2006-01-02T15:04:05.000Z"), "contentExpiration": b.created.Add(feedKept).Format("2006-01-02T15:04:05.000Z"),
	}
}

// blobs are those that were created from ≤ t < to.
func (c *call) blobs(kind string, since, from, to time.Time) []*blob {
	if c.world.AuditOff {
		return nil
	}
	log := c.world.Log // in the order of Available
	first := from.Add(-feedSlot).Truncate(feedSlot)
	var out []*blob
	for i := sort.Search(len(log), func(i int) bool { return !log[i].Available.Before(first) }); i < len(log); i++ {
		r := &log[i]
		created := r.Available.UTC().Truncate(feedSlot).Add(feedSlot)
		if created.After(c.now) || !created.Before(to) {
			break
		}
		if r.Kind != AuditRecord || feedOf(r) != kind || created.Before(from) || created.Before(since) {
			continue
		}
		if n := len(out); n == 0 || !out[n-1].created.Equal(created) {
			out = append(out, &blob{kind: kind, created: created})
		} else if len(out[n-1].bodies) >= feedRecords {
			out = append(out, &blob{kind: kind, created: created, part: out[n-1].part + 1})
		}
		b := out[len(out)-1]
		b.bodies = append(b.bodies, r.Body)
	}
	return out
}

// feedOf is the content type of a record.
func feedOf(r *Record) string {
	switch r.Workload {
	case "AzureActiveDirectory", "Exchange":
		return "Audit." + r.Workload
	case "SharePoint", "OneDrive":
		return "Audit.SharePoint"
	}
	return "Audit.General"
}

func listContent(c *call, l *logs) (reply, error) {
	kind, err := c.feedType()
	if err != nil {
		return reply{}, err
	}
	s := l.feed[kind]
	if s == nil {
		return reply{}, noSubscription()
	}
	if !s.Enabled {
		return reply{}, badGraph("AF20023", "The subscription was disabled by the tenant's administrator or the service's.")
	}
	var rest []*blob
	if token := c.query.Get("nextPage"); token != "" {
		var ok bool
		if rest, ok = l.content.held[token]; !ok {
			return reply{}, badGraph("AF20031", "Invalid nextPage Input: "+token)
		}
	} else {
		from, to, err := c.feedTimes()
		if err != nil {
			return reply{}, err
		}
		rest = c.blobs(kind, s.Since, from, to)
	}
	list := []Object{}
	for _, b := range rest[:min(len(rest), feedPage)] {
		list = append(list, b.object(c))
	}
	out := c.ok(200, list)
	if len(rest) > feedPage {
		q := c.query
		q.Set("nextPage", l.content.add(rest[feedPage:]))
		out.Header.Set("NextPageUri", "https://"+c.http.Host+c.http.URL.EscapedPath()+"?"+q.Encode())
	}
	return out, nil
}

var feedTimeForms = []string{"2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339Nano}

// feedTimes reads the window, the last 24 hours when none is given.
func (c *call) feedTimes() (from, to time.Time, err error) {
	bad := badGraph("AF20055", "Start time and end time must both be specified (or both omitted) and must be less than or equal to 24 hours apart, with the start time no more than 7 days in the past.")
	a, b := c.query.Get("startTime"), c.query.Get("endTime")
	if a == "" && b == "" {
		return c.now.Add(-feedWindow), c.now, nil
	}
	for _, form := range feedTimeForms {
		if t, err := time.Parse(form, a); err == nil {
			from = t.UTC()
		}
		if t, err := time.Parse(form, b); err == nil {
			to = t.UTC()
		}
	}
	if from.IsZero() || to.IsZero() || !from.Before(to) || to.Sub(from) > feedWindow || c.now.Sub(from) > feedKept {
		return from, to, bad
	}
	return from, to, nil
}

func getContent(c *call, l *logs) (reply, error) {
	parts := strings.Split(c.args["id"], "$")
	created, err := time.Time{}, error(nil)
	if len(parts) == 5 {
		created, err = time.Parse("20060102150405", parts[1])
	}
	if len(parts) != 5 || err != nil {
		return reply{}, badGraph("AF20052", fmt.Sprintf("Content ID %s in the URL is invalid.", c.args["id"]))
	}
	kind := strings.Replace(parts[3], "_", ".", 1)
	s := l.feed[kind]
	if s == nil {
		return reply{}, noSubscription()
	}
	if c.now.Sub(created) > feedKept {
		return reply{}, badGraph("AF20051", "Content requested with the key "+c.args["id"]+" has already expired. Content older than 7 days cannot be retrieved.")
	}
	for _, b := range c.blobs(kind, s.Since, created, created.Add(time.Second)) {
		if b.id() == c.args["id"] {
			return reply{200, c.headers(), slices.Concat([]byte("["), bytes.Join(b.bodies, []byte(",")), []byte("]"))}, nil
		}
	}
	return reply{}, &graphError{404, "AF20050", "The specified content (" + c.args["id"] + ") does not exist."}
}
