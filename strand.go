package evict

// Anchor names what ties a strand to the owner: A1 device, A2 credential, A3
// workplace, A4 habit, A5 person, A6 chain, A7 continuity.
type Anchor string

// The anchors.
const (
	A1 Anchor = "A1"
	A2 Anchor = "A2"
	A3 Anchor = "A3"
	A4 Anchor = "A4"
	A5 Anchor = "A5"
	A6 Anchor = "A6"
	A7 Anchor = "A7"
)

// A Strand is one account, network, client family, device and Microsoft
// session ID, ended by 12 hours of silence.
type Strand struct {
	ID      string      `json:"id"`
	Network string      `json:"network"` // IPv4 address or IPv6 /64; "app:<id>" for a third-party application
	Places  []string    `json:"places"`
	Client  string      `json:"client"`
	Device  string      `json:"device,omitempty"`
	Session string      `json:"session,omitempty"`
	From    Time        `json:"from"`
	To      Time        `json:"to"`
	Events  int         `json:"events"`
	SignIns int         `json:"signIns"` // successful ones
	Verdict Attribution `json:"verdict"` // owner, attacker or unknown
	Anchors []Anchor    `json:"anchors"`
	Reasons []string    `json:"reasons"`         // for and against
	Point   *Point      `json:"point,omitempty"` // where the last known place lies, if the source says so
}

// A Point is a place on the map, in degrees north and east.
type Point struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// Has reports whether the strand has one of the anchors.
func (s *Strand) Has(anchors ...Anchor) bool {
	for _, a := range s.Anchors {
		for _, b := range anchors {
			if a == b {
				return true
			}
		}
	}
	return false
}
