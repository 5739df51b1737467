package respond

import (
	"evict"
	"evict/internal/m365"
)

// RemoveMobileDevice ends a telephone's partnership with a mailbox. It never wipes.
var RemoveMobileDevice = removal{
	list: func(o evict.Object) m365.Call {
		return cmdlet("Get-MobileDevice", map[string]any{"Mailbox": o.Account})
	},
	is:   func(o evict.Object, found row) bool { return text(found, "Identity") == o.ID },
	keep: []string{"Identity", "DeviceId", "DeviceType"},
	remove: func(o evict.Object, _ row) m365.Call {
		return cmdlet("Remove-MobileDevice", map[string]any{"Identity": o.ID, "Confirm": false})
	},
}.build(Action{
	ID: "remove-mobile-device", Rev: 1, Phase: evict.Evict,
	Title: "Remove the mobile device from the mailbox",
	Doc: `Ends the partnership of this account with the device; nothing on the device is wiped, and nobody else's mail on it is touched.
By hand: Exchange admin center, Recipients, Mailboxes, the mailbox, Mobile devices.`,
	Shell:   "Remove-MobileDevice -Identity {id}",
	Noticed: []string{"who uses the telephone: its mail stops until it is set up again"},
	NoUndo:  "the device sets the partnership up again when its owner signs in",
	Ops:     []string{"exchange:Get-MobileDevice", "exchange:Remove-MobileDevice"},
})
