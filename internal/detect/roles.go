package detect

import "strings"

// privilegedRoles are Entra roles that can take over accounts, mail or the
// tenant, by template ID and folded name (MicrosoftDocs entra-docs,
// role-based-access-control/permissions-reference, privileged label, and the
// roles of mail and search).
var privilegedRoles = map[string]string{
	"62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
	"e8611ab8-c189-46e8-94e1-60213ab1f814": "Privileged Role Administrator",
	"7be44c8a-adaf-4e2a-84d6-ab2649e08a13": "Privileged Authentication Administrator",
	"c4e39bd9-1100-46d3-8c65-fb160da0071f": "Authentication Administrator",
	"fe930be7-5e62-47db-91af-98c3a49a38b1": "User Administrator",
	"729827e3-9c14-49f7-bb1b-9608f156bbb8": "Helpdesk Administrator",
	"966707d0-3269-4727-9be2-8c3a10f19b9d": "Password Administrator",
	"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "Application Administrator",
	"158c047a-c907-4556-b7ef-446551a6b5f7": "Cloud Application Administrator",
	"29232cdf-9323-42fd-ade2-1d097af3e4de": "Exchange Administrator",
	"f28a1f50-f6e7-4571-818b-6a12f2af6b6c": "SharePoint Administrator",
	"69091246-20e8-4a56-aa4d-066075b2a7a8": "Teams Administrator",
	"194ae4cb-b126-40b2-bd5b-6091b380977d": "Security Administrator",
	"b1be1c3e-b65d-4f19-8427-f6fa0d97feb9": "Conditional Access Administrator",
	"17315797-102d-40b4-93e0-432062caca18": "Compliance Administrator",
	"8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2": "Hybrid Identity Administrator",
	"be2f45a1-457d-42af-a067-6ec1fa63bc45": "External Identity Provider Administrator",
	"8329153b-31d0-4727-b945-745eb3bc5f31": "Domain Name Administrator",
	"9f06204d-73c1-4d4c-880a-6edb90606fd8": "Azure AD Joined Device Local Administrator",
	"3a2c62db-5318-420d-8d74-23affee5d9d5": "Intune Administrator",
	"b0f54661-2d74-4c50-afa3-1ec803f12efe": "Billing Administrator",
	"fdd7a751-b60b-444a-984c-02652fe8fa1c": "Groups Administrator",
	"d29b2b05-8046-44ba-8758-1e26182fcf32": "Directory Synchronization Accounts",
	"9360feb5-f418-4baa-8175-e2a00bac4301": "Directory Writers",
	"e3973bdf-4987-49ae-837a-ba8e231c7286": "Azure DevOps Administrator",
	"0526716b-113d-4c15-b2c8-68e3c22b9f80": "Authentication Policy Administrator",
	"4ba39ca4-527c-499a-b93d-d9b492c50246": "Partner Tier1 Support",
	"e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8": "Partner Tier2 Support",
}

// privilegedNames are other spellings of the same, and the role groups of
// Exchange and the compliance portal that open other people's mail.
var privilegedNames = func() map[string]string {
	m := map[string]string{
		"company administrator": "Global Administrator", "tenant admins": "Global Administrator", "exchange service administrator": "Exchange Administrator", "user account administrator": "User Administrator",
		"sharepoint service administrator": "SharePoint Administrator", "helpdesk administrator": "Helpdesk Administrator", "lync service administrator": "Skype for Business Administrator",
		"organization management": "Organization Management", "discovery management": "Discovery Management", "recipient management": "Recipient Management", "security administrator": "Security Administrator", "role management": "Role Management",
		"ediscovery manager": "eDiscovery Manager", "ediscovery administrator": "eDiscovery Administrator", "mailbox import export": "Mailbox Import Export", "applicationimpersonation": "ApplicationImpersonation", "mailbox search": "Mailbox Search", "compliance management": "Compliance Management", "records management": "Records Management", "hygiene management": "Hygiene Management", "transport rules": "Transport Rules",
	}
	for _, name := range privilegedRoles {
		m[fold(name)] = name
	}
	return m
}()

// privilegedRole returns the name of a role with power over others, found by
// template ID or name, or "".
func privilegedRole(nameOrID string) string {
	s := fold(strings.Trim(nameOrID, `" `))
	if n := privilegedRoles[s]; n != "" {
		return n
	}
	return privilegedNames[s]
}
