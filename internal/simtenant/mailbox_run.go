package simtenant

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

// A mailCall is one Graph request about one mailbox.
type mailCall struct {
	world     *World
	user      *User
	box       *Mailbox
	now       time.Time
	by        operator
	args      map[string]string // values of the path: folder, message, rule
	query     url.Values
	body      Object
	basic     bool // the caller may read no more than headers (Mail.ReadBasic)
	immutable bool // Prefer: IdType="ImmutableId"
	beta      bool
	touched   []touch
}

// A mailError is a refusal in Graph's form.
type mailError struct {
	Status        int
	Code, Message string
}

func (e *mailError) Error() string { return e.Code + ": " + e.Message }

func itemNotFound() error {
	return &mailError{404, "ErrorItemNotFound", "The specified object was not found in the store."}
}

func malformedID() error {
	return &mailError{400, "ErrorInvalidIdMalformed", "Id is malformed."}
}

func badRequest(format string, a ...any) error {
	return &mailError{400, "ErrorInvalidRequest", fmt.Sprintf(format, a...)}
}

// open finds the mailbox that a request's path names.
func (c *mailCall) open(identity string) error {
	for _, u := range c.world.Users {
		if u.Deleted.IsZero() && (strings.EqualFold(u.ID, identity) || strings.EqualFold(u.UPN, identity)) {
			c.user, c.box = u, c.world.mailboxOf(u.ID)
			if c.box == nil || c.box.Type == "MailUser" {
				return &mailError{404, "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive, soft-deleted, or is hosted on-premise."}
			}
			return nil
		}
	}
	return &mailError{404, "ErrorInvalidUser", "The requested user '" + identity + "' is invalid."}
}

// mailWords are what a mailbox's record says of whoever acted. An application
// by itself has no session; its kind of logon is unconfirmed.
func (c *mailCall) mailWords(object string) Object {
	id, key, kind, _ := c.by.who()
	logon := 2
	if c.by.User != nil && c.by.User.ID == c.user.ID {
		logon = 0
	}
	o := Object{
		"Workload": "Exchange", "ResultStatus": "Succeeded", "UserId": id, "UserKey": key, "UserType": kind, "ObjectId": object, "ExternalAccess": false, "LogonType": logon, "InternalLogonType": 0,
		"MailboxGuid": c.box.GUID, "MailboxOwnerUPN": c.user.UPN, "OrganizationName": c.world.Initial, "OriginatingServer": "XX1PR01MB0001 (15.20.9999.000)\r\n", "AppId": c.by.App, "ClientAppId": c.by.App,
		"ClientInfoString": "Client=REST;Client=RESTSystem;;", "AppAccessContext": Object{"APIId": "00000003-0000-0000-c000-000000000000", "ClientAppId": c.by.App},
	}
	if c.by.Address != "" {
		o["ClientIPAddress"], o["ClientIP"] = c.by.Address, c.by.Address
	}
	return o
}

// log leaves a mailbox's record and notes the change.
func (c *mailCall) log(op string, recordType int, what string, more Object) {
	c.touched = append(c.touched, touch{c.user.ID, what})
	id, key, _, object := c.by.who()
	body := over(c.mailWords(what), more)
	c.world.logLater(op, recordType, c.now, object, []string{id, key, object, c.user.ID, c.user.UPN, c.user.PUID, c.box.GUID}, body)
}

// only refuses members of the body that Graph would not take.
func (c *mailCall) only(names ...string) error {
	for name := range c.body {
		if strings.HasPrefix(name, "@odata.") {
			continue
		}
		if !containsExact(names, name) {
			return &mailError{400, "RequestBodyRead", "The property '" + name + "' does not exist on the type or can't be set."}
		}
	}
	return nil
}

func containsExact(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
