package app_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/netip"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"evict"
	"evict/internal/app"

	"golang.org/x/tools/txtar"
)

// A life is the quiet background of a worked example: the everyday records of
// its people, dumps of what their objects look like, and what each file was
// asked for. It is written as directives in life.txt, one a line:
//
//	tenant ID
//	asof TIME                       when the evidence was collected
//	licence none|P1|P2
//	complete FROM TO                every file is complete for that span
//	sources WORD...                 the sources that exist; default all
//	person UPN OBJECT-ID NAME...
//	life UPN from=DAY to=DAY address=A asn=N place=City/Region/CC client=WORD [device=ID] [session=ID] [every=day] [address2=A asn2=N place2=City/Region/CC]
//	crowd COUNT PREFIX key=value... so many persons, each with that life
//	reported NUMBERS TIME BY
//	responder UPN
//	workplace CIDR
//	week DAY                        where the seven-day cut of the example begins
type life struct {
	tenant, domain  string
	asOf            evict.Time
	licence         string
	from, to        string
	sources         map[string]bool
	people          []person
	lives           []habit
	reported        *evict.Reported
	responders      []string
	workplaces      []netip.Prefix
	week            time.Time
	audit           []map[string]any
	signIns, tokens []map[string]any
	trace           [][]string
}

type person struct{ upn, id, puid, name string }

type habit struct {
	who      person
	from, to time.Time
	kv       map[string]string
}

// sources names each source by the first part of a file's name; logs first, then dumps.
var sources = []struct{ word, text string }{
	{"audit", "Unified audit log, all activities"},
	{"signins", "Interactive sign-ins"},
	{"tokens", "Non-interactive user sign-ins"},
	{"directory", "Directory audits"},
	{"trace", "Message trace"},
	{"risk", "Risk detections and risky users"},
	{"rules", "Get-InboxRule -IncludeHidden and Get-SweepRule"},
	{"mailbox", "Get-Mailbox"},
	{"protocols", "Get-CASMailbox"},
	{"rights", "Get-MailboxPermission, Get-RecipientPermission and Get-MailboxFolderPermission"},
	{"methods", "Authentication methods"},
	{"devices", "Registered devices"},
	{"consents", "OAuth2 permission grants"},
	{"roles", "Directory roles and role groups"},
	{"users", "Users"},
	{"flow", "Transport rules, connectors, remote domains and outbound policy"},
	{"restricted", "Restricted senders"},
}

func sourceOf(file string) (word, text string) {
	name := strings.TrimPrefix(filepath.Base(file), "life-")
	for _, s := range sources {
		if strings.HasPrefix(name, s.word) {
			return s.word, s.text
		}
	}
	return "", ""
}

func parseLife(t *testing.T, text string) *life {
	t.Helper()
	l := &life{tenant: "7b2c6a10-5d3e-4f7a-9c41-0c0ffee00001", domain: "contoso.example", sources: map[string]bool{}}
	for _, s := range sources {
		l.sources[s.word] = s.word != "risk"
	}
	people := map[string]person{}
	for n, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, " #")
		w := strings.Fields(line)
		if len(w) == 0 {
			continue
		}
		bad := func(err error) {
			if err != nil {
				t.Fatalf("life.txt line %d: %v", n+1, err)
			}
		}
		switch w[0] {
		case "tenant":
			l.tenant = w[1]
		case "asof":
			l.asOf = at(t, w[1])
		case "licence":
			l.licence = w[1]
			l.sources["risk"] = w[1] == "P2"
		case "complete":
			l.from, l.to = w[1], w[2]
		case "sources":
			l.sources = map[string]bool{}
			for _, s := range w[1:] {
				l.sources[s] = true
			}
		case "person":
			p := person{upn: w[1], id: w[2], puid: puid(w[1]), name: strings.Join(w[3:], " ")}
			people[p.upn] = p
			l.people = append(l.people, p)
		case "life":
			h, err := parseHabit(people[w[1]], w[2:])
			bad(err)
			if h.who.upn == "" {
				t.Fatalf("life.txt line %d: no person %s", n+1, w[1])
			}
			l.lives = append(l.lives, h)
		case "crowd":
			count, err := strconv.Atoi(w[1])
			bad(err)
			for i := range count {
				upn := fmt.Sprintf("%s%02d@%s", w[2], i+1, l.domain)
				p := person{upn: upn, id: guid("object", upn), puid: puid(upn), name: fmt.Sprintf("%s %02d", w[2], i+1)}
				l.people = append(l.people, p)
				if len(w) == 3 {
					continue // persons without a life of their own
				}
				h, err := parseHabit(p, w[3:])
				bad(err)
				h.kv["device"] = guid("device", upn)
				l.lives = append(l.lives, h)
			}
		case "reported":
			r := &evict.Reported{At: at(t, w[2]), By: w[3]}
			for _, s := range strings.Split(w[1], ",") {
				k, err := strconv.Atoi(s)
				bad(err)
				r.Symptoms = append(r.Symptoms, k)
			}
			l.reported = r
		case "responder":
			l.responders = append(l.responders, w[1])
		case "workplace":
			p, err := netip.ParsePrefix(w[1])
			bad(err)
			l.workplaces = append(l.workplaces, p)
		case "week":
			d, err := time.Parse(time.DateOnly, w[1])
			bad(err)
			l.week = d
		default:
			t.Fatalf("life.txt line %d: unknown directive %q", n+1, w[0])
		}
	}
	return l
}

func parseHabit(who person, words []string) (habit, error) {
	h := habit{who: who, kv: map[string]string{}}
	for _, s := range words {
		k, v, ok := strings.Cut(s, "=")
		if !ok {
			return h, fmt.Errorf("%q is not key=value", s)
		}
		h.kv[k] = v
	}
	var err error
	if h.from, err = time.Parse(time.DateOnly, h.kv["from"]); err != nil {
		return h, err
	}
	h.to, err = time.Parse(time.DateOnly, h.kv["to"])
	return h, err
}

func at(t *testing.T, s string) evict.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return evict.At(v, evict.Second)
}

// guid derives an identifier from words, the same in every run.
func guid(words ...string) string {
	h := sha256.Sum256([]byte(strings.Join(words, "\x00")))
	h[6], h[8] = h[6]&0x0f|0x40, h[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

func puid(upn string) string {
	h := sha256.Sum256([]byte("puid\x00" + upn))
	return fmt.Sprintf("10032%X", h[:6])[:16]
}

// minute spreads acts within an hour, the same in every run.
func minute(words ...string) time.Duration {
	h := sha256.Sum256([]byte(strings.Join(words, "\x00")))
	return time.Duration(h[0]%50)*time.Minute + time.Duration(h[1]%60)*time.Second
}

// write turns an example's archive into evidence files: name to content. A
// nonzero cut drops all life before it and states coverage from there.
func (l *life) write(t *testing.T, a *txtar.Archive, cut time.Time) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, f := range a.Files {
		switch {
		case f.Name == "life.txt" || strings.HasPrefix(f.Name, "want"):
		default:
			out[f.Name] = f.Data
		}
	}
	l.audit, l.signIns, l.tokens, l.trace = nil, nil, nil, nil
	for _, h := range l.lives {
		h.days(l, cut)
	}
	l.logs(t, out)
	l.dumps(t, out)
	l.coverage(t, out, cut)
	return out
}

// days lives the days of one habit.
func (h habit) days(l *life, cut time.Time) {
	for d := h.from; !d.After(h.to); d = d.AddDate(0, 0, 1) {
		weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
		if d.Before(cut) || weekend && h.kv["every"] != "day" {
			continue
		}
		h.day(l, d)
	}
}

// day is one day: a sign-in, two refreshes, mail read, sent and deleted, a file opened.
func (h habit) day(l *life, d time.Time) {
	key := d.Format(time.DateOnly)
	when := func(hour int, what string) time.Time {
		return d.Add(time.Duration(hour)*time.Hour + minute(h.who.upn, h.kv["address"], h.kv["client"], key, what))
	}
	session := h.kv["session"]
	if session == "" {
		year, week := d.ISOWeek()
		session = guid("session", h.who.upn, h.kv["address"], h.kv["client"], fmt.Sprint(year, week))
	}
	c := clients[h.kv["client"]]
	morning := place{h.kv["address"], h.kv["asn"], h.kv["place"]}
	afternoon := morning
	if a := h.kv["address2"]; a != "" {
		afternoon = place{a, h.kv["asn2"], h.kv["place2"]}
	}
	s := signIn{h.who, h.kv["client"], c, h.kv["device"], session}
	l.signIns = append(l.signIns, s.record(when(13, "in"), morning, true))
	l.audit = append(l.audit, s.login(l, when(13, "in"), morning))
	l.tokens = append(l.tokens, s.record(when(15, "refresh"), afternoon, false), s.record(when(19, "again"), morning, false))
	l.audit = append(l.audit,
		s.read(l, when(14, "read"), morning, key),
		s.sent(l, when(16, "sent"), morning, key),
		s.deleted(l, when(18, "deleted"), afternoon, key),
		s.file(l, when(20, "file"), morning, key))
	l.trace = append(l.trace, []string{"<" + key + "." + h.kv["client"] + "." + h.who.puid + "@" + l.domain + ">", when(16, "sent").Format("2006-01-02T15:04:05Z"), h.who.upn, "orders@fabrikam.example", "Weekly figures " + key, "Delivered", "", "", "18211"})
}

type place struct{ address, asn, name string }

func (p place) json() map[string]any {
	parts := strings.Split(p.name+"//", "/")
	return map[string]any{"city": strings.ReplaceAll(parts[0], "_", " "), "state": strings.ReplaceAll(parts[1], "_", " "), "countryOrRegion": parts[2]}
}

// client is how one program shows in the logs.
type client struct{ used, app, appID, os, browser, agent, mail string }

var clients = map[string]client{
	"edge":   {"Browser", "One Outlook Web", "9199bf20-a13f-4107-85dc-02114787ef48", "Windows11", "Edge 142.0.0", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", "Client=OWA;Action=ViaProxy"},
	"chrome": {"Browser", "One Outlook Web", "9199bf20-a13f-4107-85dc-02114787ef48", "Windows10", "Chrome 142.0.0", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "Client=OWA;Action=ViaProxy"},
	"iphone": {"Mobile Apps and Desktop clients", "Outlook Mobile", "27922004-5251-4030-b22d-91ecd9a37ea4", "Ios 26.1", "", "Outlook-iOS/2.0", "Client=OutlookService;Outlook-iOS/2.0;"},
}

// signIn is who signs in with what; its methods write single records.
type signIn struct {
	who     person
	kind    string // the client's word
	c       client
	device  string
	session string
}

func (s signIn) record(when time.Time, p place, interactive bool) map[string]any {
	asn, _ := strconv.Atoi(p.asn)
	kind, token := "interactiveUser", "none"
	if !interactive {
		kind, token = "nonInteractiveUser", "refreshToken"
	}
	device := map[string]any{"deviceId": s.device, "displayName": "", "operatingSystem": s.c.os, "browser": s.c.browser, "isCompliant": false, "isManaged": false, "trustType": ""}
	if s.device != "" {
		device["displayName"] = "CONTOSO-" + strings.ToUpper(s.device[:6])
		device["isCompliant"], device["isManaged"], device["trustType"] = true, true, "Azure AD joined"
		if interactive {
			token = "primaryRefreshToken"
		}
	}
	stamp := when.Format("2006-01-02T15:04:05Z")
	return map[string]any{
		"id": guid("signin", s.who.upn, stamp, kind, p.address), "createdDateTime": stamp, "userDisplayName": s.who.name, "userPrincipalName": s.who.upn, "userId": s.who.id,
		"appId": s.c.appID, "appDisplayName": s.c.app, "resourceDisplayName": "Office 365 Exchange Online", "resourceId": "00000002-0000-0ff1-ce00-000000000000",
		"ipAddress": p.address, "autonomousSystemNumber": asn, "location": p.json(), "clientAppUsed": s.c.used, "userAgent": s.c.agent,
		"isInteractive": interactive, "signInEventTypes": []string{kind}, "incomingTokenType": token, "authenticationProtocol": "oAuth2", "authenticationRequirement": "multiFactorAuthentication",
		"conditionalAccessStatus": "success", "riskLevelDuringSignIn": "hidden", "riskLevelAggregated": "hidden", "riskState": "none", "riskDetail": "none",
		"status":       map[string]any{"errorCode": 0, "failureReason": "Other.", "additionalDetails": "MFA requirement satisfied by claim in the token"},
		"deviceDetail": device, "sessionId": s.session, "uniqueTokenIdentifier": s.token(stamp), "correlationId": guid("correlation", s.who.upn, stamp),
		"authenticationDetails": []any{map[string]any{"authenticationStepDateTime": stamp, "authenticationMethod": "Previously satisfied", "succeeded": true, "authenticationStepResultDetail": "MFA requirement satisfied by claim in the token", "authenticationStepRequirement": "Primary authentication"}},
	}
}

func (s signIn) token(stamp string) string {
	return strings.ReplaceAll(guid("token", s.who.upn, stamp), "-", "")
}

// common is what every audit record carries.
func (s signIn) common(l *life, when time.Time, op, workload string, recordType int) map[string]any {
	stamp := when.Format("2006-01-02T15:04:05")
	return map[string]any{
		"Id": guid("audit", s.who.upn, stamp, op), "CreationTime": stamp, "Operation": op, "RecordType": recordType, "OrganizationId": l.tenant,
		"UserId": s.who.upn, "UserKey": s.who.puid, "UserType": 0, "Version": 1, "Workload": workload, "ResultStatus": "Succeeded",
	}
}

func (s signIn) login(l *life, when time.Time, p place) map[string]any {
	r := s.common(l, when, "UserLoggedIn", "AzureActiveDirectory", 15)
	device := []any{pair("OS", s.c.os), pair("BrowserType", s.c.browser), pair("SessionId", s.session)}
	if s.device != "" {
		device = append(device, pair("Id", s.device), pair("TrustType", "1"), pair("IsCompliant", "True"), pair("IsCompliantAndManaged", "True"))
	}
	for k, v := range map[string]any{
		"UserKey": s.who.id, "ResultStatus": "Success", "ClientIP": p.address, "ActorIpAddress": p.address, "ObjectId": "00000002-0000-0ff1-ce00-000000000000", "ApplicationId": s.c.appID,
		"AzureActiveDirectoryEventType": 1, "ErrorNumber": "0", "ActorContextId": l.tenant, "TargetContextId": l.tenant,
		"Actor":              []any{map[string]any{"ID": s.who.id, "Type": 0}, map[string]any{"ID": s.who.upn, "Type": 5}},
		"Target":             []any{map[string]any{"ID": "00000002-0000-0ff1-ce00-000000000000", "Type": 0}},
		"ExtendedProperties": []any{pair("ResultStatusDetail", "Success"), pair("UserAgent", s.c.agent), pair("RequestType", "OAuth2:Authorize")},
		"DeviceProperties":   device,
	} {
		r[k] = v
	}
	return r
}

func pair(name, value string) map[string]any { return map[string]any{"Name": name, "Value": value} }

func (s signIn) mailbox(l *life, when time.Time, p place, op string, recordType int) map[string]any {
	r := s.common(l, when, op, "Exchange", recordType)
	for k, v := range map[string]any{
		"ClientIPAddress": p.address, "ClientInfoString": s.c.mail, "ExternalAccess": false, "InternalLogonType": 0, "LogonType": 0, "LogonUserSid": "S-1-5-21-1-2-3-" + s.who.puid[10:],
		"MailboxGuid": guid("mailbox", s.who.upn), "MailboxOwnerSid": "S-1-5-21-1-2-3-" + s.who.puid[10:], "MailboxOwnerUPN": s.who.upn, "OrganizationName": "contoso.onmicrosoft.example",
		"OriginatingServer": "YT1PR01MB0001 (15.20.4200.000)\r\n", "SessionId": s.session, "AppId": s.c.appID, "ClientAppId": s.c.appID,
		"AppAccessContext": map[string]any{"AADSessionId": s.session, "IssuedAtTime": when.Add(-20 * time.Minute).Format("2006-01-02T15:04:05"), "UniqueTokenId": s.token(when.Format(time.DateOnly))},
	} {
		r[k] = v
	}
	return r
}

func (s signIn) read(l *life, when time.Time, p place, day string) map[string]any {
	r := s.mailbox(l, when, p, "MailItemsAccessed", 50)
	r["OperationProperties"] = []any{pair("MailAccessType", "Bind"), pair("IsThrottled", "False")}
	r["OperationCount"] = 1
	r["Folders"] = []any{map[string]any{"Id": "LgAAAAB1", "Path": `\Inbox`, "FolderItems": []any{map[string]any{"Id": "RgAAAAB" + day, "InternetMessageId": "<in." + day + "@fabrikam.example>", "SizeInBytes": 9120}}}}
	return r
}

func (s signIn) sent(l *life, when time.Time, p place, day string) map[string]any {
	r := s.mailbox(l, when, p, "Send", 2)
	r["Item"] = map[string]any{"Id": "RgAAAAS" + day, "InternetMessageId": "<" + day + "." + s.kind + "." + s.who.puid + "@" + l.domain + ">", "Subject": "Weekly figures " + day, "SizeInBytes": 18211, "ParentFolder": map[string]any{"Id": "LgAAAAB2", "Path": `\Drafts`}}
	r["recipientCount"] = 1
	r["recipientList"] = []any{map[string]any{"Address": "orders@fabrikam.example", "Name": "Orders"}}
	return r
}

func (s signIn) deleted(l *life, when time.Time, p place, day string) map[string]any {
	r := s.mailbox(l, when, p, "MoveToDeletedItems", 3)
	r["AffectedItems"] = []any{map[string]any{"Id": "RgAAAAD" + day, "InternetMessageId": "<news." + day + "@fabrikam.example>", "Subject": "Daily news " + day, "ParentFolder": map[string]any{"Path": `\Inbox`}}}
	r["Folder"] = map[string]any{"Id": "LgAAAAB1", "Path": `\Inbox`}
	r["DestFolder"] = map[string]any{"Id": "LgAAAAB3", "Path": `\Deleted Items`}
	r["CrossMailboxOperation"] = false
	return r
}

func (s signIn) file(l *life, when time.Time, p place, day string) map[string]any {
	r := s.common(l, when, "FileAccessed", "SharePoint", 6)
	for k, v := range map[string]any{
		"UserKey": "i:0h.f|membership|" + strings.ToLower(s.who.puid) + "@live.com", "ClientIP": p.address, "UserAgent": s.c.agent, "EventSource": "SharePoint", "ItemType": "File",
		"SiteUrl": "https://contoso.sharepoint.example/sites/sales/", "SourceFileName": "figures-" + day + ".xlsx", "SourceRelativeUrl": "Shared Documents",
		"ObjectId":         "https://contoso.sharepoint.example/sites/sales/Shared Documents/figures-" + day + ".xlsx",
		"AppAccessContext": map[string]any{"AADSessionId": s.session, "UniqueTokenId": s.token(day)},
	} {
		r[k] = v
	}
	return r
}

// logs writes the lived records: audit as the portal's CSV, sign-ins as JSON, trace as CSV.
func (l *life) logs(t *testing.T, out map[string][]byte) {
	if l.sources["audit"] {
		rows := [][]string{{"RecordId", "CreationDate", "RecordType", "Operation", "UserId", "AuditData", "AssociatedAdminUnits", "AssociatedAdminUnitsNames"}}
		for _, r := range l.audit {
			rows = append(rows, []string{r["Id"].(string), r["CreationTime"].(string) + ".0000000Z", fmt.Sprint(r["RecordType"]), r["Operation"].(string), r["UserId"].(string), compact(t, r), "", ""})
		}
		out["life-audit.csv"] = table(t, rows)
	}
	if l.sources["signins"] {
		out["life-signins.json"] = indent(t, list(l.signIns))
	}
	if l.sources["tokens"] {
		out["life-tokens.json"] = indent(t, list(l.tokens))
	}
	if l.sources["trace"] {
		out["life-trace.csv"] = table(t, append([][]string{{"MessageId", "Received", "SenderAddress", "RecipientAddress", "Subject", "Status", "ToIP", "FromIP", "Size"}}, l.trace...))
	}
	for _, w := range []string{"directory", "risk"} {
		if l.sources[w] {
			out["life-"+w+".json"] = []byte("[]\n")
		}
	}
}

// dumps writes what the objects of every person look like, unless the example writes that file itself.
func (l *life) dumps(t *testing.T, out map[string][]byte) {
	var mailboxes, protocols, rights, methods, users []any
	for _, p := range l.people {
		kind := "Member"
		if strings.Contains(p.upn, "#EXT#") {
			kind = "Guest"
		}
		mailboxes = append(mailboxes, map[string]any{
			"UserPrincipalName": p.upn, "PrimarySmtpAddress": p.upn, "DisplayName": p.name, "ExternalDirectoryObjectId": p.id, "RecipientTypeDetails": "UserMailbox",
			"ForwardingAddress": nil, "ForwardingSmtpAddress": nil, "DeliverToMailboxAndForward": false, "AuditEnabled": true, "DefaultAuditSet": []string{"Admin", "Delegate", "Owner"}, "AuditLogAgeLimit": "90.00:00:00",
		})
		protocols = append(protocols, map[string]any{"PrimarySmtpAddress": p.upn, "OWAEnabled": true, "MAPIEnabled": true, "EwsEnabled": true, "ActiveSyncEnabled": true, "ImapEnabled": false, "PopEnabled": false, "SmtpClientAuthenticationDisabled": true})
		rights = append(rights, map[string]any{"Identity": p.upn, "User": `NT AUTHORITY\SELF`, "AccessRights": []string{"FullAccess", "ReadPermission"}, "IsInherited": false, "Deny": false})
		methods = append(methods, map[string]any{"id": p.id, "userPrincipalName": p.upn, "isMfaRegistered": true, "isMfaCapable": true, "methodsRegistered": []string{"microsoftAuthenticatorPush", "softwareOneTimePasscode"}, "lastUpdatedDateTime": "2025-03-04T09:00:00Z"})
		users = append(users, map[string]any{"id": p.id, "userPrincipalName": p.upn, "displayName": p.name, "mail": p.upn, "accountEnabled": true, "userType": kind, "createdDateTime": "2023-02-01T09:00:00Z", "onPremisesSyncEnabled": nil})
	}
	var devices []any
	seen := map[string]bool{}
	for _, h := range l.lives {
		if d := h.kv["device"]; d != "" && !seen[d] {
			seen[d] = true
			devices = append(devices, map[string]any{"id": guid("object", d), "deviceId": d, "displayName": "CONTOSO-" + strings.ToUpper(d[:6]), "operatingSystem": "Windows", "trustType": "AzureAd", "isCompliant": true, "isManaged": true,
				"accountEnabled": true, "registrationDateTime": "2025-06-02T10:00:00Z", "registeredOwners": []any{map[string]any{"id": h.who.id, "userPrincipalName": h.who.upn}}})
		}
	}
	for word, v := range map[string][]any{
		"rules": nil, "mailbox": mailboxes, "protocols": protocols, "rights": rights, "methods": methods, "devices": devices,
		"consents": nil, "roles": nil, "users": users, "flow": nil, "restricted": nil,
	} {
		name := word + ".json"
		if _, written := out[name]; written || !l.sources[word] {
			continue
		}
		out[name] = indent(t, v)
	}
	if l.sources["flow"] {
		for name, v := range map[string]map[string]any{
			"flow-audit.json":    {"Identity": "Admin Audit Log Settings", "UnifiedAuditLogIngestionEnabled": true, "AdminAuditLogEnabled": true, "AdminAuditLogAgeLimit": "90.00:00:00"},
			"flow-domains.json":  {"Identity": l.domain, "DomainName": l.domain, "DomainType": "Authoritative", "Default": true},
			"flow-outbound.json": {"Identity": "Default", "Name": "Default", "AutoForwardingMode": "Automatic"},
		} {
			if _, written := out[name]; !written {
				out[name] = []byte(compact(t, v) + "\n")
			}
		}
	}
}

// coverage says what each file was asked for, when the example states completeness.
func (l *life) coverage(t *testing.T, out map[string][]byte, cut time.Time) {
	if _, written := out["coverage.json"]; written || l.from == "" {
		return
	}
	from := l.from
	if !cut.IsZero() {
		from = cut.Format(time.RFC3339)
	}
	var names []string
	for name := range out {
		names = append(names, name)
	}
	sort.Strings(names)
	var rows []any
	for _, name := range names {
		if _, text := sourceOf(name); text != "" {
			rows = append(rows, map[string]any{"source": text, "file": name, "from": from, "to": l.to, "complete": true, "filtered": false})
		}
	}
	out["coverage.json"] = indent(t, rows)
}

// options are what the person who runs the example says beside the evidence.
func (l *life) options(dir string) app.Options {
	o := app.Options{Paths: []string{dir}, AsOf: l.asOf, Licence: l.licence, Reported: l.reported, Responders: l.responders, Workplaces: l.workplaces, Workers: 1}
	for _, p := range l.people {
		o.Accounts = append(o.Accounts, p.upn)
	}
	return o
}

func list(in []map[string]any) []any {
	out := make([]any, len(in))
	for i, m := range in {
		out[i] = m
	}
	return out
}

func compact(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func indent(t *testing.T, v []any) []byte {
	t.Helper()
	if v == nil {
		v = []any{}
	}
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

func table(t *testing.T, rows [][]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
