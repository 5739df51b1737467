package respond

import (
	"slices"

	"evict"
)

// Catalog lists every action, in the order of the source procedure.
var Catalog = []*Action{
	CallAboutMoney,
	BlockSignIn, DisableOnPremises, RevokeSessions, ResetPassword, ResetOnPremisesPassword, ConfirmCompromised, DisableMailProtocols,
	RemoveAuthenticationMethod, AppPasswords, RemoveAppPasswords, RemoveForwarding, RestoreOutboundPolicy, DisableInboxRule, DeleteInboxRule, DisableSweepRule,
	RemoveDirectoryRole, RemoveEligibleRole, RemoveGroupMember, RemoveExchangeRoleGroup, RemoveComplianceRoleGroup,
	BlockAccount, RevokeConsent, RemoveAppRoleAssignment, DisableApplication, RemoveApplicationSecret, RemoveDelegate, DisableTransportRule, DisableJournalRule,
	DisableConnector, DisableDevice, RemoveMobileDevice, RemoveAddIn, RemoveSharingLink, DisableAutoReply, RestoreJunkSettings, StopFlow, RestoreFederation,
	RestoreAccessPolicy, RestoreAudit, Preserve, HoldMailbox, RecallInternalPhish,
	CheckIdentity, ScanComputer, DismissRisk, RequireMfa, EnrolMethods, RestoreProfile, RestoreSignature, RestoreListing, ReturnHiddenMail, ReviewSentItems, ContactNotices,
	RecoveredServices, EnableOnPremises, RestoreMailProtocols, UnblockSignIn, UnblockSending,
}

// Find returns the action of that ID; nil when there is none.
func Find(id evict.ActionID) *Action {
	for _, a := range Catalog {
		if a.ID == id {
			return a
		}
	}
	return nil
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}
