package scenarios

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Hand is who truly did what a record tells.
type Hand string

// The hands.
const (
	Owner    Hand = "owner"
	Attacker Hand = "attacker"
	Service  Hand = "service" // Microsoft's own work, and an organisation's directory sync
)

// Log is the log that a record belongs to, and so the file.
type Log int

// The logs.
const (
	Audit Log = iota
	SignIns
	TokenSignIns
	DirectoryAudits
	Trace
	LogCount // how many there are
)

// A Record is one record in its log's own JSON, with the truth about it.
type Record struct {
	Log      Log
	ID       string
	Time     time.Time
	Hand     Hand
	User, Op string
	Type     int
	Failed   bool   // a sign-in that failed
	JSON     []byte // valid until emit returns
}

func (g *world) put(log Log, id string, t time.Time, hand Hand, userID, op string, failed bool) {
	g.emit(Record{Log: log, ID: id, Time: t, Hand: hand, User: userID, Op: op, Type: g.rt, Failed: failed, JSON: g.w.bytes()})
}

// head begins an audit record.
func (g *world) head(t time.Time, op string, rt int, workload, status string, userType int, userKey, userID string) string {
	id := g.guid()
	g.headID(id, t, op, rt, workload, status, userType, userKey, userID)
	return id
}

func (g *world) headID(id string, t time.Time, op string, rt int, workload, status string, userType int, userKey, userID string) {
	g.rt = rt
	w := &g.w
	w.reset()
	w.open("", '{')
	w.str("CreationTime", t.UTC().Format("2006-01-02T15:04:05"))
	w.str("Id", id)
	w.str("Operation", op)
	w.str("OrganizationId", tenantID)
	w.num("RecordType", int64(rt))
	if status != "" {
		w.str("ResultStatus", status)
	}
	w.str("UserKey", userKey)
	w.num("UserType", int64(userType))
	w.num("Version", 1)
	w.str("Workload", workload)
	if userID != "" {
		w.str("UserId", userID)
	}
}

// withPort is an address as Exchange writes it for cmdlets.
func (g *world) withPort(addr string) string {
	if strings.Contains(addr, ":") {
		return fmt.Sprintf("[%s]:%d", addr, 1024+g.rng.IntN(60000))
	}
	return addr + ":" + strconv.Itoa(1024+g.rng.IntN(60000))
}

// A login says how a sign-in went.
type login struct {
	interactive bool
	code        int
	protocol    string // "none" when not said
	transfer    string
	incoming    string
	method      string // authentication methods, first to last, parted by "+"
	claim       bool   // multifactor satisfied by claim in the token
	client      string // clientAppUsed when not what the device suggests
}

var reasons = map[int]string{
	50126: "Error validating credentials due to invalid username or password.",
	50053: "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
	50034: "The user account does not exist in the directory.",
	50074: "Strong Authentication is required.",
	50076: "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.",
	50140: "This error occurred due to 'Keep me signed in' interrupt when the user was signing-in.",
}

// signIn writes a sign-in, with its twin in the unified audit log as that log
// has it: always for people at a screen and failures, at times for the rest.
// The token becomes the seat's.
func (g *world) signIn(s *seat, t time.Time, how login) {
	if s.session == "" {
		s.session = g.guid()
	}
	if how.code == 0 {
		s.token = strings.ReplaceAll(g.guid(), "-", "")[:22]
	}
	// The audit log's Id is the sign-in's own ID, and its InterSystemsId the correlation ID.
	id, correlation := g.guid(), g.guid()
	g.entraSignIn(id, correlation, s, t, how)
	if how.interactive || how.code != 0 || g.chance(0.3) {
		g.auditSignIn(id, correlation, s, t, how)
	}
}

func (g *world) entraSignIn(id, correlation string, s *seat, t time.Time, how login) {
	u, w := s.user, &g.w
	w.reset()
	w.open("", '{')
	w.str("id", id)
	w.str("createdDateTime", t.UTC().Format("2006-01-02T15:04:05Z"))
	w.str("userDisplayName", u.name())
	w.str("userPrincipalName", u.upn)
	w.str("userId", u.oid)
	w.str("appId", s.app.id)
	w.str("appDisplayName", s.app.name)
	w.str("ipAddress", s.net.addr)
	client := how.client
	if client == "" {
		client = "Mobile Apps and Desktop clients"
		if s.app == appHome || s.app == appOWA {
			client = "Browser"
		}
	}
	w.str("clientAppUsed", client)
	w.str("userAgent", s.dev.agent)
	w.str("correlationId", correlation)
	w.str("conditionalAccessStatus", "notApplied")
	w.flag("isInteractive", how.interactive)
	w.str("riskDetail", "none")
	w.str("riskLevelAggregated", "hidden")
	w.str("riskLevelDuringSignIn", "hidden")
	w.str("riskState", "none")
	w.open("riskEventTypes_v2", '[')
	w.close(']')
	w.str("resourceDisplayName", resource.name)
	w.str("resourceId", resource.id)
	w.str("resourceTenantId", tenantID)
	w.str("homeTenantId", tenantID)
	w.open("status", '{')
	w.num("errorCode", int64(how.code))
	if how.code == 0 {
		w.str("failureReason", "Other.")
		w.str("additionalDetails", details(how))
	} else {
		w.str("failureReason", reasons[how.code])
		w.null("additionalDetails")
	}
	w.close('}')
	w.open("deviceDetail", '{')
	w.str("deviceId", s.dev.id)
	w.str("displayName", s.dev.name)
	w.str("operatingSystem", s.dev.os)
	w.str("browser", s.dev.browser)
	w.flag("isCompliant", s.dev.compliant)
	w.flag("isManaged", s.dev.compliant)
	w.str("trustType", s.dev.trust)
	w.close('}')
	at := s.net.at
	w.open("location", '{')
	w.str("city", at.city)
	w.str("state", at.state)
	w.str("countryOrRegion", at.country)
	w.open("geoCoordinates", '{')
	w.key("latitude")
	w.b = strconv.AppendFloat(w.b, at.lat, 'f', -1, 64)
	w.b = append(w.b, ',')
	w.key("longitude")
	w.b = strconv.AppendFloat(w.b, at.lon, 'f', -1, 64)
	w.b = append(w.b, ',')
	w.close('}')
	w.close('}')
	w.str("sessionId", s.session)
	w.str("uniqueTokenIdentifier", s.token)
	w.num("autonomousSystemNumber", s.net.asn)
	kind, log := "nonInteractiveUser", TokenSignIns
	if how.interactive {
		kind, log = "interactiveUser", SignIns
	}
	w.open("signInEventTypes", '[')
	w.str("", kind)
	w.close(']')
	w.str("incomingTokenType", or(how.incoming, "none"))
	w.str("originalTransferMethod", or(how.transfer, "none"))
	w.str("authenticationProtocol", or(how.protocol, "none"))
	requirement := "singleFactorAuthentication"
	if how.claim || strings.Contains(how.method, "+") {
		requirement = "multiFactorAuthentication"
	}
	w.str("authenticationRequirement", requirement)
	g.steps(t, how)
	w.open("networkLocationDetails", '[')
	w.close(']')
	w.str("crossTenantAccessType", "none")
	w.str("tokenIssuerType", "AzureAD")
	w.str("userType", "member")
	w.flag("flaggedForReview", false)
	w.close('}')
	g.rt = 0
	g.put(log, id, t, s.hand, u.upn, "Sign-in activity", how.code != 0)
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func details(how login) string {
	switch {
	case how.claim:
		return "MFA requirement satisfied by claim in the token"
	case strings.Contains(how.method, "+"):
		return "MFA completed in Azure AD"
	}
	return ""
}

// steps writes authenticationDetails.
func (g *world) steps(t time.Time, how login) {
	w := &g.w
	w.open("authenticationDetails", '[')
	step := func(method, detail, requirement string) {
		w.open("", '{')
		w.str("authenticationStepDateTime", t.UTC().Format("2006-01-02T15:04:05Z"))
		w.str("authenticationMethod", method)
		w.flag("succeeded", how.code == 0 || how.code == 50074 || how.code == 50076)
		w.str("authenticationStepResultDetail", detail)
		w.str("authenticationStepRequirement", requirement)
		w.close('}')
	}
	if how.method == "" {
		step("Previously satisfied", "First factor requirement satisfied by claim in the token", "Primary authentication")
	}
	for i, m := range strings.Split(how.method, "+") {
		switch {
		case m == "":
		case i == 0 && how.code == 50126:
			step(m, "Invalid username or password or Invalid on-premise username or password.", "Primary authentication")
		case i == 0:
			step(m, "Correct password", "Primary authentication")
		default:
			step(m, "MFA completed in Azure AD", "Multifactor authentication")
		}
	}
	w.close(']')
}

func (g *world) auditSignIn(id, correlation string, s *seat, t time.Time, how login) {
	u, w := s.user, &g.w
	op, status := "UserLoggedIn", "Success"
	if how.code != 0 && how.code != 50140 {
		op = "UserLoginFailed"
		if g.chance(0.3) {
			status = "Failed"
		}
	}
	key := u.oid
	if u.oid == "" {
		key = "Not Available"
	}
	g.headID(id, t, op, 15, "AzureActiveDirectory", status, 0, key, u.upn)
	w.str("ClientIP", s.net.addr)
	w.str("ObjectId", resource.id)
	w.num("AzureActiveDirectoryEventType", 1)
	request := "OAuth2:Token"
	switch {
	case how.protocol == "deviceCode":
		request = "Cmsi:Cmsi"
	case how.interactive && strings.Contains(how.method, "+"):
		request = "SAS:ProcessAuth"
	case how.interactive && how.method != "":
		request = "Login:login"
	case how.interactive:
		request = "OAuth2:Authorize"
	}
	w.pairs("ExtendedProperties", "ResultStatusDetail", "Success", "UserAgent", s.dev.agent, "RequestType", request)
	w.open("ModifiedProperties", '[')
	w.close(']')
	g.actor(u)
	w.str("ActorContextId", tenantID)
	w.str("ActorIpAddress", s.net.addr)
	w.str("InterSystemsId", correlation)
	w.str("IntraSystemId", id)
	w.str("SupportTicketId", "")
	w.open("Target", '[')
	w.open("", '{')
	w.str("ID", resource.id)
	w.num("Type", 0)
	w.close('}')
	w.close(']')
	w.str("TargetContextId", tenantID)
	w.str("ApplicationId", s.app.id)
	props := []string{}
	if s.dev.id != "" {
		props = append(props, "Id", s.dev.id, "DisplayName", s.dev.name)
	}
	props = append(props, "OS", s.dev.os, "BrowserType", s.dev.browser)
	if s.dev.trust != "" {
		props = append(props, "TrustType", "0")
	}
	props = append(props, "IsCompliantAndManaged", title(s.dev.compliant))
	if how.code == 0 || how.code == 50140 {
		props = append(props, "SessionId", s.session)
	}
	w.pairs("DeviceProperties", props...)
	w.str("ErrorNumber", strconv.Itoa(how.code))
	if how.code == 50126 {
		w.str("LogonError", "InvalidUserNameOrPassword")
	}
	w.close('}')
	g.put(Audit, id, t, s.hand, u.upn, op, how.code != 0 && how.code != 50140)
}

func title(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

func (g *world) actor(u *user) {
	w := &g.w
	w.open("Actor", '[')
	w.open("", '{')
	w.str("ID", or(u.oid, u.upn))
	w.num("Type", 0)
	w.close('}')
	w.open("", '{')
	w.str("ID", u.upn)
	w.num("Type", 5)
	w.close('}')
	w.close(']')
}

// mailHead begins a mailbox record: s acts on the mailbox of owner.
func (g *world) mailHead(s *seat, owner *user, t time.Time, op string, rt int, both bool) string {
	w := &g.w
	id := g.head(t, op, rt, "Exchange", "Succeeded", 0, s.user.puid, s.user.upn)
	if both {
		w.str("ClientIP", s.net.addr)
	}
	logon := int64(0)
	if owner != s.user {
		logon = 2
	}
	switch {
	case s.app == appOffice:
		w.str("ClientProcessName", "OUTLOOK.EXE")
		w.str("ClientVersion", "16.0.18925.20158")
		w.str("ClientAppId", appOffice.id)
	default:
		w.str("AppId", s.app.id)
		w.str("ClientAppId", s.app.id)
	}
	w.str("ClientIPAddress", s.net.addr)
	w.str("ClientInfoString", s.mail)
	w.flag("ExternalAccess", false)
	w.num("InternalLogonType", 0)
	w.num("LogonType", logon)
	w.str("LogonUserSid", s.user.sid)
	w.str("MailboxGuid", owner.mailbox)
	w.str("MailboxOwnerSid", owner.sid)
	w.str("MailboxOwnerUPN", owner.upn)
	w.str("OrganizationName", onmicro)
	w.str("OriginatingServer", "DB1PR01MB6875 (15.20.9253.012)\r\n")
	if s.session != "" {
		w.str("SessionId", s.session)
		w.open("AppAccessContext", '{')
		w.str("AADSessionId", s.session)
		w.str("APIId", resource.id)
		if s.token != "" {
			w.str("UniqueTokenId", s.token)
		}
		w.close('}')
	}
	if s.dev.id != "" {
		w.str("DeviceId", s.dev.id)
	}
	return id
}

func (g *world) folder(key, path string) {
	g.w.open(key, '{')
	g.w.str("Id", "LgAAAADBwCLOTkcSTpPvPqAu44P4AQBY8xpM8MPnRJFI1LZ3pAMJAAAAAAEMAAAB")
	g.w.str("Path", path)
	g.w.close('}')
}

// bind opens messages one by one.
func (g *world) bind(s *seat, owner *user, t time.Time, list []message) {
	w := &g.w
	id := g.mailHead(s, owner, t, "MailItemsAccessed", 50, false)
	w.pairs("OperationProperties", "MailAccessType", "Bind", "IsThrottled", "False")
	w.open("Folders", '[')
	w.open("", '{')
	w.open("FolderItems", '[')
	for _, m := range list {
		w.open("", '{')
		w.str("InternetMessageId", m.id)
		w.num("SizeInBytes", m.size)
		if s.hand != Service {
			w.str("Subject", m.subject)
		}
		w.close('}')
	}
	w.close(']')
	w.str("Id", "LgAAAADBwCLOTkcSTpPvPqAu44P4AQBY8xpM8MPnRJFI1LZ3pAMJAAAAAAEMAAAB")
	w.str("Path", `\Inbox`)
	w.close('}')
	w.close(']')
	w.num("OperationCount", int64(len(list)))
	w.close('}')
	g.put(Audit, id, t, s.hand, s.user.upn, "MailItemsAccessed", false)
}

// sync lets a client copy a whole folder.
func (g *world) sync(s *seat, owner *user, t time.Time, path string) {
	w := &g.w
	id := g.mailHead(s, owner, t, "MailItemsAccessed", 2, true)
	w.pairs("OperationProperties", "MailAccessType", "Sync", "IsThrottled", "False")
	w.open("Item", '{')
	w.str("Id", "LgAAAADBwCLOTkcSTpPvPqAu44P4AQBY8xpM8MPnRJFI1LZ3pAMJAAAjtsciAAAB")
	g.folder("ParentFolder", path)
	w.close('}')
	w.close('}')
	g.put(Audit, id, t, s.hand, s.user.upn, "MailItemsAccessed", false)
}

// send submits a message to the recipients, with its rows of trace. It returns the message.
func (g *world) send(s *seat, t time.Time, subject string, to []string, attachment string) message {
	w, u := &g.w, s.user
	m := message{id: g.messageID(), subject: subject, from: u.upn, size: int64(12000 + g.rng.IntN(80000))}
	id := g.mailHead(s, u, t, "Send", 2, true)
	w.open("Item", '{')
	if attachment != "" {
		w.str("Attachments", attachment)
	}
	w.str("Id", "RgAAAADBwCLOTkcSTpPvPqAu44P4BwBY8xpM8MPnRJFI1LZ3pAMJAAAAAAEPAABY8xpM8MPnRJFI1LZ3pAMJAAAcEBjjAAA9")
	w.str("InternetMessageId", m.id)
	g.folder("ParentFolder", `\Drafts`)
	w.num("SizeInBytes", m.size)
	w.str("Subject", m.subject)
	w.close('}')
	w.flag("SaveToSentItems", true)
	w.num("recipientCount", int64(len(to)))
	w.open("recipientList", '[')
	for _, r := range to {
		w.open("", '{')
		w.str("Address", r)
		w.str("Name", r)
		w.close('}')
	}
	w.close(']')
	w.close('}')
	g.put(Audit, id, t, s.hand, u.upn, "Send", false)
	for i, r := range to {
		g.trace(m, r, t.Add(time.Duration(2+i%9)*time.Second), "", s.hand)
	}
	return m
}

// move deletes, moves or copies messages of the seat's own mailbox.
func (g *world) move(s *seat, t time.Time, op string, list []message, from, dest string) {
	w := &g.w
	id := g.mailHead(s, s.user, t, op, 3, true)
	w.open("AffectedItems", '[')
	for _, m := range list {
		w.open("", '{')
		w.str("Id", "RgAAAADBwCLOTkcSTpPvPqAu44P4BwBY8xpM8MPnRJFI1LZ3pAMJAAAAAEK4AABY8xpM8MPnRJFI1LZ3pAMJAAAcEBjjAAA9")
		w.str("InternetMessageId", m.id)
		g.folder("ParentFolder", from)
		w.str("Subject", m.subject)
		w.close('}')
	}
	w.close(']')
	w.flag("CrossMailboxOperation", false)
	if dest != "" {
		g.folder("DestFolder", dest)
	}
	g.folder("Folder", from)
	w.close('}')
	g.put(Audit, id, t, s.hand, s.user.upn, op, false)
}

// item creates or updates an item.
func (g *world) item(s *seat, t time.Time, op string, m message, path string) {
	w := &g.w
	id := g.mailHead(s, s.user, t, op, 2, true)
	w.open("Item", '{')
	w.str("Id", "RgAAAADBwCLOTkcSTpPvPqAu44P4BwBY8xpM8MPnRJFI1LZ3pAMJAAAAAAEPAABY8xpM8MPnRJFI1LZ3pAMJAAAcEBjjAAA9")
	w.str("InternetMessageId", m.id)
	g.folder("ParentFolder", path)
	w.num("SizeInBytes", m.size)
	w.str("Subject", m.subject)
	w.close('}')
	if op == "Update" {
		w.open("ModifiedProperties", '[')
		w.str("", "AllAttachmentsHidden")
		w.str("", "ItemClass")
		w.close(']')
	}
	w.close('}')
	g.put(Audit, id, t, s.hand, s.user.upn, op, false)
}

// cmdlet runs one Exchange cmdlet.
func (g *world) cmdlet(s *seat, t time.Time, op, object string, params ...string) {
	w, u := &g.w, s.user
	kind := 0
	if u.admin {
		kind = 2
	}
	id := g.head(t, op, 1, "Exchange", "True", kind, u.puid, u.upn)
	addr, appID := s.net.addr, appOWA.id
	if s.portal {
		addr, appID = fmt.Sprintf("2603:10a6:10:%x::%x", g.rng.IntN(0xfff), g.rng.IntN(0xff)), appPortal.id
	}
	w.str("ClientIP", g.withPort(addr))
	w.str("ObjectId", object)
	w.str("AppId", appID)
	w.str("ClientAppId", "")
	w.flag("ExternalAccess", false)
	w.str("OrganizationName", onmicro)
	w.str("OriginatingServer", "DB1PR01MB6875 (15.20.9253.012)")
	w.pairs("Parameters", params...)
	if s.portal {
		w.str("SessionId", "")
	} else {
		w.str("SessionId", s.session)
		if s.token != "" {
			w.open("AppAccessContext", '{')
			w.str("AADSessionId", s.session)
			w.str("UniqueTokenId", s.token)
			w.close('}')
		}
	}
	w.close('}')
	g.put(Audit, id, t, s.hand, u.upn, op, false)
}

// A target is the object of a directory change.
type target struct{ kind, id, name, upn string }

func (u *user) target() target { return target{"User", u.oid, u.name(), u.upn} }

// directory writes a change of the directory in both logs that have it: the
// audit log with Microsoft's address, the directory audit with the caller's
// where Microsoft records it. props are triples of name, old and new value.
func (g *world) directory(s *seat, t time.Time, op, category string, on target, props ...string) {
	g.auditDirectory(s, t, op, on, props)
	g.entraDirectory(s, t, strings.TrimSuffix(op, "."), category, on, props)
}

func (g *world) auditDirectory(s *seat, t time.Time, op string, on target, props []string) {
	w, u := &g.w, s.user
	id := g.head(t, op, 8, "AzureActiveDirectory", "Success", 0, u.puid+"@"+onmicro, u.upn)
	addr := fmt.Sprintf("20.190.%d.%d", 128+g.rng.IntN(60), 1+g.rng.IntN(250))
	w.str("ClientIP", addr)
	w.str("ObjectId", or(on.upn, on.id))
	w.num("AzureActiveDirectoryEventType", 1)
	w.pairs("ExtendedProperties", "additionalDetails", "{}", "extendedAuditEventCategory", on.kind)
	w.open("ModifiedProperties", '[')
	for i := 0; i+2 < len(props); i += 3 {
		w.open("", '{')
		w.str("Name", props[i])
		w.str("NewValue", props[i+2])
		w.str("OldValue", props[i+1])
		w.close('}')
	}
	w.close(']')
	w.open("Actor", '[')
	for _, a := range []struct {
		id   string
		kind int64
	}{{u.upn, 5}, {u.puid, 3}, {"User_" + u.oid, 2}, {u.oid, 2}, {"User", 2}} {
		w.open("", '{')
		w.str("ID", a.id)
		w.num("Type", a.kind)
		w.close('}')
	}
	w.close(']')
	w.str("ActorContextId", tenantID)
	w.str("ActorIpAddress", addr)
	w.str("InterSystemsId", g.guid())
	w.str("IntraSystemId", g.guid())
	w.str("SupportTicketId", "")
	w.open("Target", '[')
	list := []struct {
		id   string
		kind int64
	}{{on.kind + "_" + on.id, 2}, {on.id, 2}, {on.kind, 2}}
	if on.upn != "" {
		list = append(list, struct {
			id   string
			kind int64
		}{on.upn, 5})
	} else {
		list = append(list, struct {
			id   string
			kind int64
		}{on.name, 1})
	}
	for _, a := range list {
		w.open("", '{')
		w.str("ID", a.id)
		w.num("Type", a.kind)
		w.close('}')
	}
	w.close(']')
	w.str("TargetContextId", tenantID)
	w.close('}')
	g.put(Audit, id, t, s.hand, u.upn, op, false)
}

func (g *world) entraDirectory(s *seat, t time.Time, op, category string, on target, props []string) {
	w, u := &g.w, s.user
	corr := g.guid()
	id := "Directory_" + corr + "_" + fmt.Sprint(10000000+g.rng.IntN(89999999))
	w.reset()
	w.open("", '{')
	w.str("id", id)
	w.str("category", category)
	w.str("correlationId", corr)
	w.str("result", "success")
	w.str("resultReason", "")
	w.str("activityDisplayName", op)
	w.str("activityDateTime", t.UTC().Format("2006-01-02T15:04:05Z"))
	w.str("loggedByService", "Core Directory")
	w.str("operationType", strings.SplitN(op, " ", 2)[0])
	w.open("initiatedBy", '{')
	w.open("user", '{')
	w.str("id", u.oid)
	w.null("displayName")
	w.str("userPrincipalName", u.upn)
	addr := s.net.addr
	if s.portal {
		addr = ""
	}
	w.str("ipAddress", addr)
	w.close('}')
	w.null("app")
	w.close('}')
	w.open("targetResources", '[')
	w.open("", '{')
	w.str("id", on.id)
	w.str("displayName", on.name)
	w.str("type", on.kind)
	if on.upn != "" {
		w.str("userPrincipalName", on.upn)
	}
	w.open("modifiedProperties", '[')
	for i := 0; i+2 < len(props); i += 3 {
		w.open("", '{')
		w.str("displayName", props[i])
		w.str("oldValue", props[i+1])
		w.str("newValue", props[i+2])
		w.close('}')
	}
	w.close(']')
	w.close('}')
	w.close(']')
	w.open("additionalDetails", '[')
	if s.dev.agent != "" && !s.portal {
		w.open("", '{')
		w.str("key", "User-Agent")
		w.str("value", s.dev.agent)
		w.close('}')
	}
	w.close(']')
	w.close('}')
	g.rt = 0
	g.put(DirectoryAudits, id, t, s.hand, u.upn, op, false)
}

// file writes an act on a document.
func (g *world) file(s *seat, t time.Time, op, name string, more ...string) {
	w, u := &g.w, s.user
	site := "https://contoso.sharepoint.com/sites/projects/"
	if g.chance(0.5) {
		site = "https://contoso-my.sharepoint.com/personal/" + strings.NewReplacer(".", "_", "@", "_").Replace(u.upn) + "/"
	}
	id := g.head(t, op, 6, "OneDrive", "", 0, "i:0h.f|membership|"+strings.ToLower(u.puid)+"@live.com", u.upn)
	addr := s.net.addr
	agent := s.dev.agent
	if op == "FileModified" && g.chance(0.4) {
		addr, agent = fmt.Sprintf("52.108.%d.%d", 60+g.rng.IntN(60), 1+g.rng.IntN(250)), "MSWAC"
	}
	w.str("ClientIP", addr)
	w.str("ObjectId", site+"Shared Documents/"+name)
	w.str("ApplicationId", "4345a7b9-9a63-4910-a426-35363201d503")
	w.str("CorrelationId", g.guid())
	w.str("EventSource", "SharePoint")
	w.str("ItemType", "File")
	w.str("ListId", g.guid())
	w.str("ListItemUniqueId", g.guid())
	w.str("Site", "85e1c6d0-3eea-485e-b79e-8b0ff4b88596")
	w.str("UserAgent", agent)
	w.str("WebId", "e229029d-1c60-454b-b2e8-b93153e76aa3")
	w.flag("HighPriorityMediaProcessing", false)
	w.str("SourceFileExtension", name[strings.LastIndexByte(name, '.')+1:])
	w.str("SiteUrl", site)
	w.str("SourceFileName", name)
	w.str("SourceRelativeUrl", "Shared Documents")
	if s.session != "" && agent != "MSWAC" {
		w.open("AppAccessContext", '{')
		w.str("AADSessionId", s.session)
		if s.token != "" {
			w.str("UniqueTokenId", s.token)
		}
		w.close('}')
	}
	for i := 0; i+1 < len(more); i += 2 {
		w.str(more[i], more[i+1])
	}
	w.close('}')
	g.put(Audit, id, t, s.hand, u.upn, op, false)
}

// trace writes one row of message trace, in the form of Graph's exchangeMessageTrace.
func (g *world) trace(m message, to string, t time.Time, from string, hand Hand) {
	w := &g.w
	id := g.guid()
	w.reset()
	w.open("", '{')
	w.str("id", id)
	w.str("senderAddress", m.from)
	w.str("recipientAddress", to)
	w.str("messageId", m.id)
	w.str("receivedDateTime", t.UTC().Format("2006-01-02T15:04:05Z"))
	w.str("subject", m.subject)
	w.num("size", m.size)
	w.str("status", "delivered")
	w.str("fromIP", from)
	w.str("toIP", "")
	w.close('}')
	g.rt = 0
	g.put(Trace, id, t, hand, m.from, "trace", false)
}
