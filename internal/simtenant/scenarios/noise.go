package scenarios

import (
	"fmt"
	"time"
)

const exchangeHost = `NT AUTHORITY\SYSTEM (Microsoft.Exchange.ServiceHost)`

// background writes Microsoft's own work of one day: about 70 in 100 records
// of the audit log, as responders count it.
func (g *world) background(day int) {
	n := int(float64(len(g.users)) * 90 * g.cfg.Rate)
	for range n {
		t := g.between(day, 0, 24)
		switch r := g.rng.IntN(100); {
		case r < 45:
			g.serviceCmdlet(t)
		case r < 70:
			g.restSystem(t)
		case r < 88:
			g.sharePoint(t)
		case r < 99:
			g.groupMailbox(t)
		default:
			g.directorySync(t)
		}
	}
}

var plumbing = []string{"Set-Mailbox", "Set-Mailbox", "Set-Mailbox", "Set-MailboxPlan", "Set-MailboxPlan", "Set-TransportConfig", "Set-User", "Set-OwaMailboxPolicy", "Set-RecipientEnforcementProvisioningPolicy", "Enable-AddressListPaging", "Install-DataClassificationConfig", "Install-ResourceConfig", "Set-TenantObjectVersion", "Set-ExchangeAssistanceConfig"}

func (g *world) serviceCmdlet(t time.Time) {
	w := &g.w
	op := plumbing[g.rng.IntN(len(plumbing))]
	who := exchangeHost
	if g.chance(0.25) {
		who = `NT AUTHORITY\SYSTEM (Microsoft.Exchange.Servicehost)`
	}
	object := orgPrefix + fmt.Sprintf("QuarantineOrgShard{%s}", g.guid())
	id := g.head(t, op, 1, "Exchange", "True", 3, who, who)
	w.str("ObjectId", object)
	w.str("AppId", "")
	w.str("ClientAppId", "")
	w.flag("ExternalAccess", true)
	w.str("OrganizationName", onmicro)
	w.str("OriginatingServer", "DB6PR01MB3206 (15.20.9253.012)\r\n")
	w.pairs("Parameters", "Identity", object, "RecoverableItemsQuota", "30 GB (32,212,254,720 bytes)", "Force", "True", "Arbitration", "True", "QuarantineMessageStore", "True",
		"ProhibitSendReceiveQuota", "50 GB (53,687,091,200 bytes)", "SCLDeleteEnabled", "False", "HiddenFromAddressListsEnabled", "True", "UseDatabaseQuotaDefaults", "False", "IssueWarningQuota", "9 GB (9,663,676,416 bytes)")
	w.close('}')
	g.put(Audit, id, t, Service, who, op, false)
}

// restSystem is Microsoft's own reading in a person's mailbox.
func (g *world) restSystem(t time.Time) {
	u := g.users[g.rng.IntN(len(g.users))]
	s := &seat{user: u, net: network{fmt.Sprintf("2603:10a6:800:%x::%x", g.rng.IntN(0xfff), 1+g.rng.IntN(0xff)), 8075, amsterdam}, app: app{id: "8a18aa92-0a1e-4e06-abd0-e118fa4787b1"}, mail: "Client=REST;Client=RESTSystem;;", hand: Service}
	g.bind(s, u, t, g.some(u, 1+g.rng.IntN(2)))
}

func (g *world) sharePoint(t time.Time) {
	w := &g.w
	op := []string{"FileAccessed", "FileModifiedExtended", "ListUpdated", "FolderModified", "PageViewed"}[g.rng.IntN(5)]
	id := g.head(t, op, 6, "SharePoint", "", 4, "i:0i.t|00000003-0000-0ff1-ce00-000000000000|app@sharepoint", "app@sharepoint")
	w.str("ClientIP", "::1")
	w.str("ObjectId", "https://contoso.sharepoint.com/sites/projects/Shared Documents/"+names[g.rng.IntN(len(names))])
	w.str("CorrelationId", g.guid())
	w.str("EventSource", "SharePoint")
	w.str("ItemType", "File")
	w.str("ListId", g.guid())
	w.str("ListItemUniqueId", g.guid())
	w.str("Site", g.guid())
	w.str("UserAgent", "")
	w.str("WebId", g.guid())
	w.flag("HighPriorityMediaProcessing", false)
	w.str("SourceFileExtension", "docx")
	w.str("SiteUrl", "https://contoso.sharepoint.com/sites/projects/")
	w.str("SourceFileName", "Minutes.docx")
	w.str("SourceRelativeUrl", "Shared Documents")
	w.close('}')
	g.put(Audit, id, t, Service, "app@sharepoint", op, false)
}

func (g *world) groupMailbox(t time.Time) {
	w := &g.w
	id := g.head(t, "Create", 2, "Exchange", "Succeeded", 2, "S-1-5-18", "S-1-5-18")
	w.str("ClientIP", "::1")
	w.str("ClientIPAddress", "::1")
	w.str("ClientInfoString", "Client=WebServices;Action=ConfigureGroupMailbox")
	w.flag("ExternalAccess", true)
	w.num("InternalLogonType", 1)
	w.num("LogonType", 1)
	w.str("LogonUserSid", "S-1-5-18")
	w.str("MailboxGuid", g.guid())
	w.str("MailboxOwnerSid", "S-1-5-21-1376570662-3565232716-1187618197-26000474")
	w.str("MailboxOwnerUPN", "projects@"+onmicro)
	w.str("OrganizationName", onmicro)
	w.str("OriginatingServer", "DB8PR01MB5818 (15.20.9253.012)\r\n")
	w.open("Item", '{')
	w.str("Attachments", "calendar.png (646b); conversation.png (661b); links.png (1450b)")
	w.str("Id", "RgAAAADZxbZ1ZwqZRZRGGW/PPrLuBwBVcsDLLo4lQKvXQQP933iaAAAAAAEMAABVcsDLLo4lQKvXQQP933iaAAAAAAFtAAAJ")
	w.str("InternetMessageId", g.messageID())
	g.folder("ParentFolder", `\Inbox`)
	w.str("Subject", "The Projects group is ready")
	w.close('}')
	w.close('}')
	g.put(Audit, id, t, Service, "S-1-5-18", "Create", false)
}

// directorySync is the organisation's own server telling Entra what changed on its premises.
func (g *world) directorySync(t time.Time) {
	u := g.users[g.rng.IntN(len(g.users))]
	s := &seat{user: directorySyncer(), net: g.office, hand: Service, dev: device{agent: "Microsoft Azure Graph Client Library 1.0"}}
	g.directory(s, t, "Update user.", "UserManagement", u.target(), "Department", `["Sales"]`, `["Sales NL"]`, "Included Updated Properties", "", `"Department"`)
}

// directorySyncer is the account that the organisation's server comes as.
func directorySyncer() *user {
	return &user{first: "On-Premises Directory", last: "Synchronization Service Account", upn: "sync_dc01_4f1a2b3c4d5e@" + onmicro, oid: "1b5c9a70-6f0e-4d8e-8a35-3f0f5d2e9c11", puid: "1003200000000001"}
}

// knocking is what every tenant sees from outside: guessed passwords, from
// many addresses, that open nothing.
func (g *world) knocking(day int) {
	for range int(float64(len(g.users)) * 0.8 * g.cfg.Rate) {
		u := g.users[g.rng.IntN(len(g.users))]
		how := login{interactive: true, code: []int{50126, 50126, 50053}[g.rng.IntN(3)], method: "Password"}
		if g.chance(0.2) {
			u = &user{upn: []string{"admin", "info", "scanner", "test"}[g.rng.IntN(4)] + "@" + domain}
			how.code = 50034
		}
		g.signIn(g.stranger(u, fmt.Sprintf("198.19.%d.%d", 128+g.rng.IntN(100), 1+g.rng.IntN(250))), g.between(day, 0, 24), how)
	}
}

// stranger is somebody outside who tries the user's name.
func (g *world) stranger(u *user, addr string) *seat {
	at := []*place{bucharest, newark, chicago}[g.rng.IntN(3)]
	return &seat{user: u, net: network{addr, 4134, at}, dev: device{os: "Windows10", browser: "Firefox 115.0", agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:115.0) Gecko/20100101 Firefox/115.0"}, app: appShell, session: g.guid(), hand: Attacker}
}

// integration is an application that reads one mailbox all day with rights that
// an administrator gave long ago: a tenth of all records on one account.
func (g *world) integration(day int) {
	if !g.cfg.Heavy {
		return
	}
	u := g.users[0]
	s := &seat{user: u, net: network{"192.0.2.77", 64502, amsterdam}, app: appCRM, mail: "Client=REST;NorthwindCRM/3.1;", hand: Owner}
	for range int(float64(len(g.users)) * 17 * g.cfg.Rate) {
		g.bind(s, u, g.between(day, 0, 24), g.some(u, 1+g.rng.IntN(2)))
	}
}
