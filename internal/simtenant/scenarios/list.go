package scenarios

import "slices"

// A Scenario is a story that a tenant can be made with: an attack, or what
// resembles one.
type Scenario struct {
	Number int // of the training range, from 1; 0 for those of the evaluation alone
	Name   string
	Story  string
	Hard   bool   // a pair of owner and attacker that is hard to tell apart
	usual  Config // of a tenant of Build, where it says anything
	setUp  func(*Config)
	days   func(*world, int) // called after each day of life, with the day's number
	whole  func(*world, int) // likewise, where a whole tenant is built
	finish func(*builder)    // what of the state at the end no record tells
}

// List are the scenarios of the training range, by number.
var List = []Scenario{
	{Number: 1, Name: "aitm-invoice", Story: "proxied sign-in, token used from elsewhere, hiding rule, forged invoice", days: onDay(-5, aitmInvoice), finish: hideTheRule},
	{Number: 2, Name: "spray-forward", Story: "password guessed across accounts opens one; forwarding and a copy of the inbox", days: onDay(-4, sprayForward)},
	{Number: 3, Name: "consent", Story: "the owner consents to an application that reads the mail", days: onDay(-5, consentPhish)},
	{Number: 4, Name: "phishing-wave", Story: "the account sends a lure to everybody it knows until it may send no more; bounces and warnings are kept away", days: onDay(-3, phishingWave), whole: onDay(-3, muteWarnings)},
	{Number: 5, Name: "admin-takeover", Story: "an administrator's account makes a look-alike, roles, a copying mail-flow rule, a second secret of an application", setUp: withRisk, days: onDay(-4, adminTakeover), whole: onDay(-4, forLater)},
	{Number: 6, Name: "synced-federated", Story: "two stolen sessions: of an account that an on-premises directory masters, and of one whose domain signs in elsewhere", setUp: hybrid, days: onDay(-5, syncedFederated)},
	{Number: 7, Name: "traveller", Story: "no attack: a journey with a hotel's network and the VPN, a new telephone enrolled from the joined laptop", setUp: enoughDays, days: traveller},
	{Number: 8, Name: "audit-off", Story: "a stolen session in a tenant whose audit log is off and whose licence keeps no sign-ins", setUp: noLogs, days: onDay(-5, unseen)},
	{Number: 9, Name: "fifty-accounts", Story: "one attacker with a list of passwords opens fifty accounts from one address", setUp: manyPeople, days: onDay(-3, fiftyAccounts), usual: Config{Users: 60, Days: 24, Rate: 0.3}},
	{Number: 10, Name: "hour-rule", Story: "rule and forwarding made and removed within the hour; a colleague has a new name", days: onDay(-4, hourRule), whole: onDay(-6, renamed)},
	{Number: 11, Name: "profile", Story: "profile, signature and automatic reply changed; other services' passwords reset through the mailbox, their messages deleted", days: onDay(-4, profileChanged), whole: onDay(-4, answering)},
	{Number: 12, Name: "device-code", Story: "the owner confirms a stranger's device code; a device is registered, mail is read, a file shared with anybody, a telephone set up", days: onDay(-4, deviceCode), whole: onDay(-3, shareAndSync), finish: strangersTelephone},
	{Number: 13, Name: "no-rule", Story: "stolen session, an answer in a thread about money, replies moved by hand", days: onDay(-5, noRule)},
	{Number: 14, Name: "shared-mailbox", Story: "a clerk's account is entered; the shared mailbox is read through the clerk's right on it", days: onDay(-4, sharedMailbox)},
	{Number: 15, Name: "clean-up", Story: "no attack: an administrator's own clean-up of rules, forwarding, rights, passwords and roles; an account deleted and made again", days: onDay(-4, cleanUp), whole: onDay(-4, remade)},
	{Number: 16, Name: "direct-send", Story: "mail in an account's name is handed in from outside; nobody was in the account", days: onDay(-4, directSend)},
}

// Further are scenarios of the evaluation alone.
var Further = []Scenario{
	{Name: "delegate", Story: "a clerk's account is entered; the director's mail is read through a delegation", days: onDay(-4, delegateReading)},

	{Name: "one-session", Hard: true, Story: "owner and attacker in one Microsoft session, by turns", days: onDay(-4, oneSession)},
	{Name: "same-city", Hard: true, Story: "the attacker's host stands in the owner's city", days: onDay(-4, sameCity)},
	{Name: "same-agent", Hard: true, Story: "the attacker's browser says the same as the owner's", days: onDay(-4, sameAgent)},
	{Name: "residential", Hard: true, Story: "the attacker comes through somebody's home line in the owner's country", days: onDay(-4, residential)},
	{Name: "gateway", Hard: true, Story: "everybody leaves through one hosting range; the attacker sits at another host", setUp: func(c *Config) { c.Gateway = true }, days: onDay(-4, behindGateway)},
	{Name: "in-baseline", Hard: true, Story: "the attacker was there on the first day and every day since", days: inBaseline},
}

// Find returns the scenario of that name; false when there is none.
func Find(name string) (Scenario, bool) {
	for _, list := range [][]Scenario{List, Further} {
		if i := slices.IndexFunc(list, func(s Scenario) bool { return s.Name == name }); i >= 0 {
			return list[i], true
		}
	}
	return Scenario{}, false
}
