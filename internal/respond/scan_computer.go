package respond

import "evict"

// ScanComputer has the owner's computer and telephone declared clean.
var ScanComputer = &Action{
	ID: "scan-computer", Rev: 1, Phase: evict.Recover, Procedure: []string{"R7"},
	Title: "Have the owner's computer and telephone checked",
	Doc: `A new password that is typed on an infected computer is the attacker's within minutes, so a named person declares the devices clean before. This program can't look at a
computer.
By hand: Microsoft Defender portal, Devices, the device, Run antivirus scan, or Windows Security, Virus & threat protection, Scan options, Full scan and Microsoft Defender Offline scan.`,
	Shell:   "Start-MpScan -ScanType FullScan; Start-MpWDOScan",
	NoUndo:  "nothing is changed in the tenant",
	Noticed: []string{"the owner: his computer is busy for an hour"},
	Plan:    noted,
	Instruct: lines(
		"On every computer that {who} signs in on: update the scanner, run a full scan, then an offline scan. If anything is found, or he typed his password into a page that he now doubts on it: set the computer up anew.",
		"Browser: remove unknown extensions and saved passwords; close remote-help programs that he did not install.",
		"Telephone: remove unknown applications, profiles and device administrators.",
	),
	Confirm: Question{"Is each of the owner's devices clean, and who says so?", "the name of who declares it, for which devices, and when"},
}
