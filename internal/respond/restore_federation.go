package respond

import "evict"

// RestoreFederation takes a domain back from an identity provider of the attacker's.
var RestoreFederation = &Action{
	ID: "restore-federation", Rev: 1, Phase: evict.Evict,
	Title: "Restore how the domain signs in",
	Doc: `Whoever federates a domain, or adds a signing certificate, signs in as anybody in it. Changing it locks people out or in, so a person does it, with the values from before.
By hand: Microsoft Entra admin center, Settings, Domain names, the domain; Microsoft Entra Connect where it is in use.`,
	Shell:   "Get-MgDomainFederationConfiguration -DomainId {id} # back to managed: Update-MgDomain -DomainId {id} -AuthenticationType Managed; else Update-MgDomainFederationConfiguration",
	Undo:    "the settings that were found are set again, by a person",
	Noticed: []string{"everybody who signs in with this domain"},
	Minutes: 60,
	Plan:    noted,
	Instruct: func(s evict.Step) []string {
		domain := "'" + quotes.Replace(who(s)) + "'"
		return []string{
			"Write down first what is set now:",
			typed("Get-MgDomainFederationConfiguration -DomainId " + domain + " | Format-List"),
			"A domain that was managed before; then revoke the sessions of everybody in it:",
			typed("Update-MgDomain -DomainId " + domain + " -AuthenticationType Managed"),
			"A domain that was federated before: put issuer, sign-in address and both signing certificates back as the identity provider itself has them, and look there for keys that are not yours.",
		}
	},
	Confirm: Question{"Are issuer and signing certificates those of your own identity provider, or is the domain managed again?", "who compared them with what, and when"},
}
