package report

import (
	"runtime"
	"strings"
)

// Argument writes s as one argument of a command that a person pastes: as it is
// where no shell reads anything into it, and else in single quotes, in which
// none does. Names come from a tenant, so a quote in them is no way out. For
// PowerShell on Windows, for a POSIX shell elsewhere.
func Argument(s string) string {
	s = Clean(s)
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("@%+=:./_-", r) || r == '\\' && runtime.GOOS == "windows"
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	inside := `'\''`
	if runtime.GOOS == "windows" {
		inside = `''`
	}
	return "'" + strings.ReplaceAll(s, "'", inside) + "'"
}
