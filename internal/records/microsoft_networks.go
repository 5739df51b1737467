package records

import "net/netip"

// microsoftRanges are the networks from which Microsoft's own services act, so
// that an address in them says nothing about who acted. Rentable ranges of
// Azure are left out wherever a narrower range is known: anybody can act from there.
var microsoftRanges = []struct{ prefix, what string }{
	{"2a01:111::/32", "Microsoft's corporate and Exchange Online network in Europe"},
	{"2603:1000::/24", "Exchange Online and SharePoint front and back ends (2603:1000 to 2603:10ff)"},
	{"2620:1ec::/36", "Microsoft's edge"},
	{"20.190.128.0/18", "Entra sign-in service"},
	{"40.126.0.0/18", "Entra sign-in service"},
	{"20.20.32.0/19", "Entra and Microsoft 365 common services"},
	{"20.231.128.0/19", "Entra and Microsoft 365 common services"},
	{"40.92.0.0/15", "Exchange Online Protection"},
	{"40.107.0.0/16", "Exchange Online Protection"},
	{"52.100.0.0/14", "Exchange Online Protection"},
	{"52.96.0.0/14", "Exchange Online"},
	{"52.108.0.0/14", "Office for the web"},
	{"40.96.0.0/13", "Exchange Online"},
	{"40.104.0.0/15", "Exchange Online"},
	{"13.107.0.0/16", "Microsoft's edge"},
	{"104.47.0.0/17", "Exchange Online Protection"},
	{"150.171.32.0/22", "Microsoft's edge"},
	{"52.238.78.88/32", "Exchange Online"},
	{"204.79.197.215/32", "Microsoft's edge"},
	// Single back ends seen in published audit records as the address of
	// background work in the owner's name and of directory changes.
	{"20.54.213.0/24", "Substrate back ends"},
	{"20.82.185.0/24", "Entra back ends (consent, EvoSTS)"},
	{"52.155.167.0/24", "Substrate back ends"},
}

var microsoftPrefixes = func() (out []netip.Prefix) {
	for _, r := range microsoftRanges {
		out = append(out, netip.MustParsePrefix(r.prefix))
	}
	return out
}()

// MicrosoftNetwork reports whether an address is one from which Microsoft's
// own services act (from Microsoft's published Office 365 URLs and IP address
// ranges, and published audit records). It is never foreign, and never an origin.
func MicrosoftNetwork(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, p := range microsoftPrefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
