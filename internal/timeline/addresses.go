package timeline

import (
	"net/netip"

	"evict/internal/records"
)

// foreignToNobody reports whether an address says nothing about a person: it
// is Microsoft's, loopback or private (V7).
func foreignToNobody(a netip.Addr) bool {
	return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsUnspecified() || records.MicrosoftNetwork(a)
}
