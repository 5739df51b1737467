package m365

import (
	"fmt"
	"regexp"
	"strings"
)

// hidden stands where a secret stood.
const hidden = "[hidden]"

// secretForms are what a secret looks like when a server hands it back to us: a token, a form field, a JSON member.
var secretForms = regexp.MustCompile(`(?i)eyJ[\w-]{5,}(\.[\w-]*){0,4}|bearer\s+[\w.~+/=-]{8,}|["']?(client_secret|client_assertion|refresh_token|access_token|id_token|device_code|new_?password|password|temporaryaccesspass)["']?\s*[=:]\s*("[^"]*"|'[^']*'|[^\s&,;}]+)`)

// redact takes the secrets of this call, and whatever looks like one, out of a server's text.
func redact(s, token string, call Call) string {
	for _, secret := range append(secretsIn(call.Body, false), token) {
		if len(secret) >= 4 {
			s = strings.ReplaceAll(s, secret, hidden)
		}
	}
	return secretForms.ReplaceAllString(s, hidden)
}

// secretsIn finds the values of members that hold a password or pass.
func secretsIn(v any, inside bool) []string {
	var out []string
	switch x := v.(type) {
	case map[string]any:
		for k, y := range x {
			out = append(out, secretsIn(y, inside || strings.Contains(strings.ToLower(k), "password") || strings.Contains(strings.ToLower(k), "secret"))...)
		}
	case []any:
		for _, y := range x {
			out = append(out, secretsIn(y, inside)...)
		}
	case string:
		if inside {
			out = append(out, x)
		}
	case fmt.Stringer:
		if inside {
			out = append(out, x.String())
		}
	}
	return out
}
