package records

import (
	"net/netip"
	"strings"
)

// parseAddress reads an IP address in the ways that logs write it: with a
// port, in brackets, in brackets with a port, 4-in-6, with a zone, in a list
// (its first). Host names, "<null>" and the like give the zero address.
func parseAddress(s string) netip.Addr {
	s = strings.Trim(s, " \t\r\n\"'")
	if i := strings.IndexAny(s, ",; "); i >= 0 {
		if i = len(s[:i]); i == 0 {
			return netip.Addr{}
		}
		if a := parseAddress(s[:i]); a.IsValid() {
			return a
		}
		return inBrackets(s)
	}
	if len(s) < 2 || len(s) > 64 {
		return netip.Addr{}
	}
	if s[0] == '[' {
		end := strings.IndexByte(s, ']')
		if end < 0 || s[end+1:] != "" && !isPort(s[end+1:]) {
			return netip.Addr{}
		}
		s = s[1:end]
	} else if i := strings.IndexByte(s, ':'); i > 0 && strings.IndexByte(s[:i], '.') > 0 && strings.IndexByte(s[i+1:], ':') < 0 {
		if !isPort(s[i:]) {
			return netip.Addr{}
		}
		s = s[:i]
	}
	if i := strings.IndexByte(s, '%'); i >= 0 {
		s = s[:i]
	}
	if !addressLike(s) {
		return netip.Addr{}
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap()
}

// inBrackets reads SERVER (10.0.0.1).
func inBrackets(s string) netip.Addr {
	_, rest, ok := strings.Cut(s, "(")
	if inner, _, closed := strings.Cut(rest, ")"); ok && closed && !strings.ContainsAny(inner, " ,;(") {
		return parseAddress(inner)
	}
	return netip.Addr{}
}

// isPort reports a colon and a port number.
func isPort(s string) bool {
	if len(s) < 2 || len(s) > 6 || s[0] != ':' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if s[i]-'0' > 9 {
			return false
		}
	}
	return true
}

// addressLike saves making an error for each host name.
func addressLike(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c-'0' > 9 && c != '.' && c != ':' && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return s != ""
}
