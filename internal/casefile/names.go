package casefile

import (
	"slices"
	"strings"
)

// longest name that SafeName returns.
const longest = 80

// devices are names that Windows keeps for itself, with any ending.
var devices = strings.Fields("con prn aux nul conin$ conout$ com0 com1 com2 com3 com4 com5 com6 com7 com8 com9 lpt0 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9")

// SafeName makes a name that every file system takes, and that leads nowhere else, of any text: small letters, digits,
// dots and dashes. A text that is one already stays as it is; of others, different ones give different names.
func SafeName(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-':
			b.WriteRune(r)
		case r >= 'A' && r <= 'Z':
			b.WriteRune(r + 'a' - 'A')
		case r == '.' && !strings.HasSuffix(b.String(), "."):
			b.WriteByte('.')
		default:
			b.WriteByte('-')
		}
	}
	name := strings.Trim(b.String(), ".-")
	first, _, _ := strings.Cut(name, ".")
	if name == s && name != "" && len(name) <= longest && !slices.Contains(devices, first) {
		return name
	}
	tag := sum([]byte(s))[:8]
	if slices.Contains(devices, first) {
		name = "x-" + name
	}
	name = strings.Trim(name[:min(len(name), longest-len(tag)-1)], ".-")
	if name == "" {
		return tag
	}
	return name + "-" + tag
}
