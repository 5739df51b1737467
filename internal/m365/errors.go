package m365

import (
	"fmt"
	"time"
)

// An ErrorKind says what a refusal means for us.
type ErrorKind string

// Kinds of error.
const (
	NotLicensed  ErrorKind = "not licensed" // the tenant's licence can't hold it: not an empty source
	Forbidden    ErrorKind = "forbidden"    // a permission or role is missing
	NotFound     ErrorKind = "not found"
	Unauthorized ErrorKind = "unauthorized" // the token or the credential is refused
	Throttled    ErrorKind = "throttled"
	Unavailable  ErrorKind = "unavailable" // 5xx, time-outs and cut bodies after all attempts
	BadRequest   ErrorKind = "bad request"
	TokenExpired ErrorKind = "page token expired"
	Consent      ErrorKind = "consent"
	Malformed    ErrorKind = "malformed" // HTML or NUL bytes where JSON belongs
	Cancelled    ErrorKind = "cancelled"
)

// An Error is a call that did not succeed. It holds no secret, and its message is the server's: hostile text.
type Error struct {
	Op            string
	Status        int // 0: no answer
	Code, Message string
	Kind          ErrorKind
	RetryAfter    time.Duration
	RequestID     string
	Attempts      int
	Sent          bool // a request left: a write may have had its effect

	passing bool   // may succeed when repeated
	token   string // the access token that was refused
}

func (e *Error) Error() string {
	s := fmt.Sprintf("%s: %s", e.Op, e.Kind)
	if e.Status != 0 {
		s += fmt.Sprintf(" (HTTP %d)", e.Status)
	}
	for _, part := range []string{e.Code, e.Message} {
		if part != "" {
			s += ": " + part
		}
	}
	return s
}
