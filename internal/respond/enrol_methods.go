package respond

import "evict"

// EnrolMethods has the owner enrol his second factor under a one-time pass.
var EnrolMethods = &Action{
	ID: "enrol-methods", Rev: 1, Phase: evict.Recover, Procedure: []string{"R1"},
	Title: "Enrol the owner's second factor under a one-time pass",
	Doc: `A pass that works once, for an hour, handed over by telephone, lets the owner and nobody else enrol. Without it, whoever comes first with the password enrols. Temporary
Access Pass has to be switched on in the authentication methods policy.
By hand: Microsoft Entra admin center, Users, the user, Authentication methods, Add authentication method, Temporary Access Pass, one hour, one-time use.`,
	Shell:   "New-MgUserAuthenticationTemporaryAccessPassMethod -UserId {account} -LifetimeInMinutes 60 -IsUsableOnce:$true",
	Undo:    "the new methods are removed",
	Noticed: []string{"the owner"},
	Plan:    noted,
	Instruct: lines(
		"Entra admin center, Users, {who}, Authentication methods, Add authentication method: Temporary Access Pass, one hour, one-time use. Tell it on the number that was checked; never by mail or chat.",
		"The owner, on a clean device: aka.ms/mysecurityinfo, sign in with the pass, add the method (a passkey or Microsoft Authenticator), and read the list out: everything in it has to be his.",
	),
	Confirm: Question{"Are all methods in the owner's list his own, and enrolled under the pass?", "who handed the pass over, when, and the methods that are listed now"},
}
