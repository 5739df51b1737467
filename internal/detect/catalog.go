package detect

// Catalog is every detector, in the order that a report shows them.
var Catalog = []*Detector{
	inboxRuleHidesMail,
	transportRuleDivertsMail,
	auditWeakened,
	passwordSpray,
	mailReadByStranger,
	sessionReplayed,
	kitClient,
	passwordKnown,
	newPlace,
	borrowedFlow,
	legacySignIn,
	methodAdded,
	strongAuthenticationRemoved,
	temporaryAccessPass,
	appPasswordMade,
	deviceRegistered,
	promptsUntilApproved,
}
