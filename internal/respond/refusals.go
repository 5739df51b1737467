package respond

import (
	"errors"
	"strings"

	"evict/internal/m365"
)

var errNoOldValue = errors.New("no value from before first trouble is known: an operator must give it")

var errNobodyForPassword = errors.New("nobody is there to take the new password over")

// refusedByPolicy reports whether the tenant's policy did not take a password.
// The words are from memory, unverified: the code alone says only "bad request".
func refusedByPolicy(err error) bool {
	var e *m365.Error
	if !errors.As(err, &e) || e.Kind != m365.BadRequest {
		return false
	}
	m := strings.ToLower(e.Message)
	return strings.Contains(m, "password") && (strings.Contains(m, "complexity") || strings.Contains(m, "banned") || strings.Contains(m, "policy") || strings.Contains(m, "does not comply"))
}
