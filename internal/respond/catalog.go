package respond

import (
	"slices"

	"evict"
)

// Catalog lists every action, in the order of the source procedure.
var Catalog = []*Action{
	BlockSignIn, RevokeSessions, ResetPassword, RemoveAuthenticationMethod, ConfirmCompromised, DisableMailProtocols,
	RemoveForwarding, DisableInboxRule, DeleteInboxRule, DisableSweepRule,
	RemoveDirectoryRole, RemoveEligibleRole, RemoveExchangeRoleGroup, RemoveComplianceRoleGroup,
	RevokeConsent, RemoveAppRoleAssignment, DisableApplication, RemoveDelegate, DisableTransportRule, DisableConnector,
	DisableDevice, RemoveMobileDevice, DisableAutoReply, RestoreJunkSettings, Preserve,
	RestoreProfile, RestoreSignature, UnblockSending,
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
