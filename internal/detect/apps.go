package detect

import "strings"

// abusedApps are third-party applications that intruders consent to in order
// to copy mail, files or contacts, by application ID. All have honest users
// too. Facts from huntresslabs/rogueapps (84c2e046) and
// randomaccess3/detections (c55e63e2).
var abusedApps = map[string]string{
	"e9a7fea1-1cc0-4cd9-a31b-9137ca5deedd": "eM Client",
	"ff8d92dc-3d82-41d6-bcbd-b9174d163620": "PerfectData Software",
	"2ef68ccc-8a4d-42ff-ae88-2d7bb89ad139": "Mail_Backup",
	"a245e8c0-b53c-4b67-9b45-751d1dff8e6b": "Newsletter Software Supermailer",
	"b15665d9-eda6-4092-8539-0eec376afd59": "rclone",
	"4761b959-9780-4c2d-87a3-512b4638f767": "rclone",
	"a43e5392-f48b-46a4-a0f1-098b5eeb4757": "CloudSponge",
	"858d7e42-35f0-44b7-9033-df309239a47f": "Zoominfo Login",
	"497ac034-5120-4c1a-929a-0351f5c09918": "ZoomInfo Communitiez Login",
	"caffae8c-0882-4c81-9a27-d1803af53a40": "SigParser",
	"77468577-4f6e-40e7-b745-11d3d0c28095": "Fastmail",
	"179d5108-412b-4c95-8e34-06786784ab39": "PostBox",
	"946c777c-bc85-489e-b034-392389ae23d6": "Spike",
}

// abusedNames are the same by name, for records that carry no application ID. Folded.
var abusedNames = []string{"em client", "perfectdata", "mail_backup", "supermailer", "rclone", "cloudsponge", "zoominfo", "sigparser", "spike", "postbox"}

// abusedApp returns the name under which an application is known for abuse, or "".
func abusedApp(id, name string) string {
	if n := abusedApps[strings.ToLower(id)]; n != "" {
		return n
	}
	return hasWord(name, abusedNames)
}

// developerClients are first-party public clients with wide rights that the
// owner's work rarely needs; codes and device codes for them are phished.
// Application IDs from merill/microsoft-info (43b8a5d9).
var developerClients = map[string]string{
	"04b07795-8ddb-461a-bbee-02f9e1bf7b46": "Azure CLI",
	"1950a258-227b-4e31-a9cf-717495945fc2": "Azure PowerShell",
	"1b730954-1685-4b74-9bfd-dac224a7b894": "Azure Active Directory PowerShell",
	"14d82eec-204b-4c2f-b7e8-296a70dab67e": "Microsoft Graph Command Line Tools",
	"de8bc8b5-d9f9-48b1-a8ad-b748da725064": "Graph Explorer",
	"aebc6443-996d-45c2-90f0-388ff96faa56": "Visual Studio Code",
	"872cd9fa-d31f-45e0-9eab-6e460a02d1f1": "Visual Studio",
	"fb78d390-0c51-40cd-8e17-fdbfab77341b": "Exchange Online PowerShell",
	"a0c73c16-a7e3-4564-9a95-2bdf47383716": "Exchange Online PowerShell",
	"12128f48-ec9e-42f0-b203-ea49fb6af367": "Teams PowerShell",
	"9bc3ab49-b65d-410a-85ad-de819febfddc": "SharePoint Online Management Shell",
}

// developerClient returns the name of a first-party developer client, or "".
func developerClient(id string) string { return developerClients[strings.ToLower(id)] }

// Application IDs that single detectors look for (merill/microsoft-info 43b8a5d9).
const (
	appBroker             = "29d9ed98-a469-4536-ade2-f981bc1d605e" // Microsoft Authentication Broker
	appOffice             = "d3590ed6-52b3-4102-aeff-aad2292ab01c" // Microsoft Office
	appPortal             = "4765445b-32c6-49b0-83e6-1d93765276ca" // OfficeHome, the portal's landing page
	appCompanyPortal      = "9ba1a5c7-f17a-4de9-a1f1-6178c8d51223" // Intune Company Portal
	appDeviceRegistration = "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9" // Device Registration Service
)

// firstParty are Microsoft's own applications that read mail, files and the
// directory on a person's behalf: their acts are the person's, not a third
// party's. From merill/microsoft-info (43b8a5d9) and the tenants of the evaluation.
var firstParty = setOf(`29d9ed98-a469-4536-ade2-f981bc1d605e d3590ed6-52b3-4102-aeff-aad2292ab01c 4765445b-32c6-49b0-83e6-1d93765276ca 1fec8e78-bce4-4aaf-ab1b-5451cc387264
27922004-5251-4030-b22d-91ecd9a37ea4 5d661950-3475-41cd-a2c3-d671a3162bc1 ab9b8c07-8f02-4f72-87fa-80105867a763 9ba1a5c7-f17a-4de9-a1f1-6178c8d51223 01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9
497effe9-df71-4043-a8bb-14cf78c4b63b 80ccca67-54bd-44ab-8625-4b79c4dc7775 c44b4083-3bb0-49c1-b47d-974e53cbdf3c 4345a7b9-9a63-4910-a426-35363201d503 72782ba9-4490-4f03-8d82-562370ea3566
4813382a-8fa7-425e-ab75-3b753aab3abb c5393580-f805-4401-95e8-94b7a6ef2fc2 9199bf20-a13f-4107-85dc-02114787ef48 5e3ce6c0-2b1f-4285-8d4b-75ee78787346 cc15fd57-2c6c-4117-a88c-83b1d56b4bbe
00b41c95-dab0-4487-9791-b9d2c32c80f2 57fb890c-0dab-4253-a5e0-7188c88b2bb4 13937bba-652e-4c46-b222-3003f4d1ff97 47629505-c2b6-4a80-adb1-9b3a3d233b7b 48af08dc-f6d2-435f-b2a7-069abd99c086
3c896ded-22c5-450f-91f6-3d1ef0848f6e 0f698dd4-f011-4d23-a33e-b36416dcb1e6 89bee1f7-5e6e-4d8a-9f3d-ecd601259da7 2634dd23-5e5a-431c-81ca-11710d9079f4 19db86c3-b2b9-44cc-b339-36da233a3be2
2793995e-0a7d-40d7-bd35-6968ba142197 8c59ead7-d703-4a27-9e55-c96a0054c8d2 74658136-14ec-4630-ad9b-26e160ff0fc6 26a7ee05-5602-4d76-a7ba-eae8b7b67941 dd762716-544d-4aeb-a526-687b73838a22
60c8bde5-3167-4f92-8fdb-059f6176dc0f de50c81f-5f80-4771-b66b-cebd28ccdfc1 22098786-6e16-43cc-a27d-191a01a1e3b5 cf36b471-5b44-428c-9ce7-313bf84528de fc0f3af4-6835-4174-b806-f7db311fd2f3
243c63a3-247d-41c5-9d83-7788c43f1c43 93625bc8-bfe2-437a-97e0-3d0060024faa b26aadf8-566f-4478-926f-589f601d9c74 af124e86-4e96-495a-b70a-90f90ab96707 d326c1ce-6cc6-4de2-bebc-4591e5e13ef0
f05ff7c9-f75a-4acd-a3b5-f4b6a870245d 66375f6b-983f-4c2c-9701-d680650f588f c9a559d2-7aab-4f13-a6ed-e7e9c52aec87 6204c1d1-4712-4c46-a7d9-3ed63d992682 7df0a125-d3be-4c96-aa54-591f83ff541c
cb1056e2-e479-49de-ae31-7812af012ed8 ecd6b820-32c2-49b6-98a6-444530e5a77a e9c51622-460d-4d3d-952d-966a5b1da34c f44b1140-bc5e-48c6-8dc0-5cf5a53c0e34 9ea1ad79-fdb6-4f9a-8bc3-2b70f96e34c7
fb8d773d-7ef8-4ec0-a117-179f88add510 98db8bd6-0cc0-4e67-9de5-f187f1cd1b41 3c8e478f-21ca-493a-b87c-c7366d664d54 b6e65498-8dce-4d57-8de9-1269fcfcf6ce f3f64fec-ecee-4e9a-9eed-a36a5e421300
8a18aa92-0a1e-4e06-abd0-e118fa4787b1 5a2ee4c5-13b8-465b-88d7-75ecf16830ad fe93bfe1-7947-460a-a5e0-7a5906b51360 33b68b23-a6c2-4684-99a0-fa3832792226 61109738-7d2b-4a0b-9fe3-660b1ff83505`)

// FirstParty reports whether the application is Microsoft's own.
func FirstParty(appID string) bool {
	if firstParty[appID] {
		return true
	}
	id := strings.ToLower(appID)
	return firstParty[id] || developerClients[id] != "" || strings.HasSuffix(id, "-0000-0ff1-ce00-000000000000") || strings.HasSuffix(id, "-0000-0000-c000-000000000000")
}

// scriptAgents are user agents of script libraries that phishing kits and
// spray tools use on the portal and the broker; no person's browser sends
// them. Names as in elastic/detection-rules (14cf530f), SigmaHQ and
// Microsoft-Analyzer-Suite (5e48f241). okhttp and Go-http-client also belong
// to honest applications, so that they only count on the portal and the broker.
var scriptAgents = []string{"axios", "node-fetch", "undici", "fasthttp", "go-http-client", "go-resty", "guzzlehttp", "okhttp", "python-requests", "python-urllib", "python-httpx", "aiohttp", "curl/", "wget/", "libwww-perl", "java/", "apache-httpclient", "scrapy", "headlesschrome", "phantomjs", "puppeteer", "playwright", "postmanruntime", "insomnia/", "kali365"}

// scriptClient returns the script library of a user agent, or "".
func scriptClient(agent string) string {
	a := strings.ToLower(agent)
	if a == "node" || strings.HasPrefix(a, "node/") || strings.HasPrefix(a, "node ") {
		return "node"
	}
	for _, s := range scriptAgents {
		if strings.Contains(a, s) {
			return strings.TrimSuffix(s, "/")
		}
	}
	return ""
}

// legacyAgents mark sign-ins by protocols that cannot ask for a second factor.
var legacyAgents = []string{"bav2ropc", "aconsumerv2ropc", "cbainprod", "cbaintar"}

// legacyAgent returns the legacy client of a user agent, or "".
func legacyAgent(agent string) string { return firstIn(strings.ToLower(agent), legacyAgents) }

// reconTools are tools that list a directory or attack it (names in their own user agents).
var reconTools = []string{"azurehound", "bloodhound", "roadtools", "roadrecon", "aadinternals", "graphrunner", "tokentactics", "msolspray", "mfasweep", "teamfiltration", "o365spray", "stormspotter", "microburst", "purpleknight", "powerzure", "trevorspray"}

// reconTool returns the tool of a user agent, or "".
func reconTool(agent string) string { return firstIn(strings.ToLower(agent), reconTools) }

func firstIn(s string, list []string) string {
	for _, w := range list {
		if strings.Contains(s, w) {
			return w
		}
	}
	return ""
}

// moneyApps are names of applications for payroll, personnel, banking and
// accounting. Folded.
var moneyApps = []string{"payroll", "workday", "adp", "paychex", "gusto", "paylocity", "paycom", "paycor", "ukg", "ultipro", "kronos", "bamboohr", "dayforce", "ceridian", "rippling", "trinet", "justworks", "personio", "datev", "deel", "hibob", "payfit", "successfactors", "sap concur", "concur", "coupa", "expensify", "netsuite", "quickbooks", "xero", "sage intacct", "sage", "bill.com", "tipalti", "stripe", "paypal", "wise", "bank", "treasury", "kyriba", "finance", "dynamics 365 human resources", "dynamics 365 finance", "ariba", "exact online", "twinfield", "lexoffice", "sevdesk"}

// MoneyApp reports whether a sign-in's application or resource is one for
// payroll, personnel, banking or accounting.
func MoneyApp(app, resource string) bool {
	return hasWord(app, moneyApps) != "" || hasWord(resource, moneyApps) != ""
}

// dangerousScopes are permissions that let an application read or send mail,
// read files or contacts, or change the directory. Compared without case;
// names from Microsoft's permissions reference.
var dangerousScopes = map[string]string{
	"mail.read": "mail", "mail.readwrite": "mail", "mail.readbasic": "mail", "mail.send": "mail", "mail.read.shared": "mail", "mail.readwrite.shared": "mail", "mail.send.shared": "mail", "mail.read.all": "mail", "mail.readwrite.all": "mail",
	"mailboxsettings.readwrite": "mail", "mailboxsettings.read": "mail", "mailboxitem.read": "mail", "mailboxitem.importexport": "mail", "mailboxitem.read.all": "mail", "ews.accessasuser.all": "mail", "full_access_as_app": "mail", "full_access_as_user": "mail", "imap.accessasuser.all": "mail", "pop.accessasuser.all": "mail", "smtp.send": "mail", "smtp.sendasapp": "mail", "imap.accessasapp": "mail", "pop.accessasapp": "mail", "exchange.manage": "mail", "exchange.manageasapp": "mail",
	"files.read": "files", "files.read.all": "files", "files.readwrite": "files", "files.readwrite.all": "files", "sites.read.all": "files", "sites.readwrite.all": "files", "sites.fullcontrol.all": "files", "notes.read.all": "files", "notes.readwrite.all": "files", "allsites.fullcontrol": "files",
	"contacts.read": "contacts", "contacts.readwrite": "contacts", "people.read": "contacts", "people.read.all": "contacts", "calendars.readwrite": "contacts", "chat.read": "chats", "chat.readwrite": "chats", "chat.read.all": "chats", "channelmessage.read.all": "chats",
	"directory.readwrite.all": "directory", "directory.accessasuser.all": "directory", "user.readwrite.all": "directory", "group.readwrite.all": "directory", "application.readwrite.all": "directory", "approleassignment.readwrite.all": "directory", "rolemanagement.readwrite.directory": "directory", "userauthenticationmethod.readwrite.all": "directory", "policy.readwrite.conditionalaccess": "directory", "policy.readwrite.authenticationmethod": "directory", "domain.readwrite.all": "directory", "user-passwordprofile.readwrite.all": "directory", "credentials.readwrite.all": "directory", "ediscovery.readwrite.all": "mail",
}

// dangerousScope says what a permission opens ("mail", "files", "contacts",
// "chats", "directory"), or "".
func dangerousScope(scope string) string {
	s := strings.ToLower(strings.TrimSpace(scope))
	if i := strings.LastIndexByte(s, '/'); i >= 0 { // https://graph.microsoft.com/Mail.Read
		s = s[i+1:]
	}
	return dangerousScopes[s]
}
