package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// An export gathers what the logs of the tenant hold.
type export struct {
	ids     int
	audit   []object
	signIns []*signIn
	trace   [][]string
}

type (
	object = map[string]any
	param  struct{ name, value string }
)

func (e *export) nextID() string {
	e.ids++
	return guid(0xf, e.ids)
}

// ---- sign-in logs ----

type signIn struct {
	id          string
	who         person
	at          time.Time
	from        place
	on          device
	app         app
	session     string
	interactive bool
	errorCode   int
	reason      string
}

// signIn adds a success without a prompt; the caller changes what is different.
func (e *export) signIn(p person, at time.Time, from place, on device, a app, session string) *signIn {
	s := &signIn{id: e.nextID(), who: p, at: at, from: from, on: on, app: a, session: session, reason: "Other."}
	e.signIns = append(e.signIns, s)
	return s
}

// graph is the sign-in as Microsoft Graph (beta) writes it.
func (s *signIn) graph() object {
	kind, incoming, detail := "nonInteractiveUser", "refreshToken", "MFA requirement satisfied by claim in the token"
	if s.interactive {
		kind, incoming, detail = "interactiveUser", "none", "MFA completed in Azure AD"
	}
	if s.errorCode != 0 {
		detail = ""
	}
	return object{
		"id": s.id, "createdDateTime": s.at.Format("2006-01-02T15:04:05Z"), "userDisplayName": s.who.name, "userPrincipalName": s.who.upn(), "userId": s.who.id(),
		"appId": s.app.id, "appDisplayName": s.app.name, "resourceDisplayName": "Office 365 Exchange Online", "resourceId": "00000002-0000-0ff1-ce00-000000000000",
		"ipAddress": s.from.addr, "autonomousSystemNumber": s.from.asn, "clientAppUsed": "Browser", "userAgent": s.on.agent,
		"isInteractive": s.interactive, "signInEventTypes": []string{kind}, "incomingTokenType": incoming, "authenticationProtocol": "none", "authenticationRequirement": "multiFactorAuthentication",
		"conditionalAccessStatus": "success", "riskLevelDuringSignIn": "none", "riskState": "none", "homeTenantId": tenantID, "resourceTenantId": tenantID,
		"sessionId": s.session, "uniqueTokenIdentifier": "T" + s.id[24:],
		"status":       object{"errorCode": s.errorCode, "failureReason": s.reason, "additionalDetails": detail},
		"deviceDetail": object{"deviceId": s.on.id, "displayName": s.on.name, "operatingSystem": s.on.os, "browser": s.on.browser, "isCompliant": s.on.compliant, "isManaged": s.on.compliant, "trustType": s.on.trust},
		"location":     object{"city": s.from.city, "state": "", "countryOrRegion": s.from.country, "geoCoordinates": object{"latitude": s.from.lat, "longitude": s.from.lon}},
	}
}

// signInJSON is the array that the portal downloads, newest first, one sign-in a line.
func (e *export) signInJSON(interactive bool) []byte {
	var list []*signIn
	for _, s := range e.signIns {
		if s.interactive == interactive {
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b *signIn) int { return b.at.Compare(a.at) })
	var b bytes.Buffer
	for i, s := range list {
		b.WriteString(",\n"[btoi(i == 0):])
		b.Write(encode(s.graph()))
	}
	return fmt.Appendf(nil, "[%s\n]\n", b.Bytes())
}

// ---- unified audit log ----

// add adds an audit record; fields are those beyond the common ones.
func (e *export) add(at time.Time, recordType int, workload, operation, user, key string, fields object) {
	r := object{
		"CreationTime": at.Format("2006-01-02T15:04:05"), "Id": e.nextID(), "Operation": operation, "OrganizationId": tenantID, "RecordType": recordType,
		"UserKey": key, "UserType": 0, "Version": 1, "Workload": workload, "UserId": user, "ResultStatus": "Succeeded",
	}
	for k, v := range fields {
		r[k] = v
	}
	e.audit = append(e.audit, r)
}

// loggedIn is the audit log's own record of an interactive sign-in.
func (e *export) loggedIn(p person, s *signIn) {
	e.add(s.at, 15, "AzureActiveDirectory", "UserLoggedIn", p.upn(), p.id(), object{
		"ResultStatus": "Success", "ClientIP": s.from.addr, "ActorIpAddress": s.from.addr, "ObjectId": "00000002-0000-0ff1-ce00-000000000000", "ApplicationId": s.app.id, "ErrorNumber": "0",
		"AzureActiveDirectoryEventType": 1, "IntraSystemId": s.id,
		"Actor":              []object{{"ID": p.id(), "Type": 0}, {"ID": p.upn(), "Type": 5}},
		"ExtendedProperties": named(param{"ResultStatusDetail", "Success"}, param{"UserAgent", s.on.agent}, param{"RequestType", "OAuth2:Authorize"}),
		"DeviceProperties": named(param{"Id", s.on.id}, param{"DisplayName", s.on.name}, param{"OS", s.on.os}, param{"BrowserType", firstWord(s.on.browser)},
			param{"TrustType", "1"}, param{"IsCompliantAndManaged", "True"}, param{"SessionId", s.session}),
	})
}

// mailbox are the fields of a record of the mailbox's own audit.
func (e *export) mailbox(p person, from place, on device, session string) object {
	return object{
		"ClientIP": from.addr, "ClientIPAddress": from.addr, "ClientInfoString": "Client=OWA;" + on.agent + ";", "AppId": webMail.id, "ClientAppId": webMail.id,
		"ExternalAccess": false, "InternalLogonType": 0, "LogonType": 0, "MailboxGuid": guid(0xb, p.n), "MailboxOwnerUPN": p.upn(),
		"OrganizationName": domain, "OriginatingServer": "LO0P000MB0001 (15.20.9100.000)\r\n", "SessionId": session,
	}
}

func (e *export) read(p person, at time.Time, from place, on device, session, folder string, messages ...string) {
	f := e.mailbox(p, from, on, session)
	var items []object
	for _, m := range messages {
		items = append(items, object{"InternetMessageId": m, "SizeInBytes": 20480})
	}
	delete(f, "ClientIP") // MailItemsAccessed has ClientIPAddress only
	f["Folders"] = []object{{"Path": folder, "FolderItems": items}}
	f["OperationCount"] = len(items)
	f["OperationProperties"] = named(param{"MailAccessType", "Bind"}, param{"IsThrottled", "False"})
	e.add(at, 50, "Exchange", "MailItemsAccessed", p.upn(), p.puid(), f)
}

// send is a submission, with a row in the message trace for each recipient.
func (e *export) send(p person, at time.Time, from place, on device, session, subject string, to ...string) (messageID string) {
	messageID = fmt.Sprintf("<LO0P000MB%05d@LO0P000MB0001.%s>", e.ids, domain)
	f := e.mailbox(p, from, on, session)
	f["Item"] = object{"InternetMessageId": messageID, "Subject": subject, "SizeInBytes": 41220, "ParentFolder": object{"Path": "\\Drafts"}}
	f["SaveToSentItems"] = true
	var list []object
	for _, r := range to {
		list = append(list, object{"Address": r, "Name": r})
	}
	f["recipientList"], f["recipientCount"] = list, len(list)
	e.add(at, 2, "Exchange", "Send", p.upn(), p.puid(), f)
	for _, r := range to {
		e.traceRow(at, messageID, p.upn(), r, subject, from.addr)
	}
	return messageID
}

func (e *export) hardDelete(p person, at time.Time, from place, on device, session, messageID, subject string) {
	f := e.mailbox(p, from, on, session)
	f["Folder"] = object{"Path": "\\Sent Items"}
	f["AffectedItems"] = []object{{"InternetMessageId": messageID, "Subject": subject, "ParentFolder": object{"Path": "\\Sent Items"}}}
	f["CrossMailboxOperation"] = false
	e.add(at, 3, "Exchange", "HardDelete", p.upn(), p.puid(), f)
}

func (e *export) rule(p person, at time.Time, from place, on device, session, name string, params ...param) {
	all := append([]param{{"AlwaysDeleteOutlookRulesBlob", "False"}, {"Force", "False"}, {"Name", name}}, params...)
	e.add(at, 1, "Exchange", "New-InboxRule", p.upn(), p.puid(), object{
		"ResultStatus": "True", "UserType": 2, "ClientIP": from.addr + ":51422", "AppId": webMail.id, "ExternalAccess": false, "OrganizationName": domain, "OriginatingServer": "LO0P000MB0001 (15.20.9100.000)\r\n",
		"ObjectId":   "GBRP000A001.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/" + domain + "/" + lower(firstWord(p.name)) + "\\" + name,
		"Parameters": named(all...), "SessionId": session,
	})
}

func (e *export) file(p person, at time.Time, from place, on device, path string) {
	site := "https://contoso.example/sites/office/"
	e.add(at, 6, "SharePoint", "FileAccessed", p.upn(), p.puid(), object{
		"ClientIP": from.addr, "UserAgent": on.agent, "EventSource": "SharePoint", "ItemType": "File", "SiteUrl": site, "ObjectId": site + path, "SourceFileName": path[strings.LastIndexByte(path, '/')+1:], "SourceRelativeUrl": path[:strings.LastIndexByte(path, '/')],
	})
}

func (e *export) service(at time.Time, cmdlet, identity string, params ...param) {
	e.add(at, 1, "Exchange", cmdlet, identity, identity, object{
		"ResultStatus": "True", "UserType": 3, "ExternalAccess": true, "ObjectId": params[0].value, "OrganizationName": domain, "OriginatingServer": "LO0P000MB0001 (15.20.9100.000)\r\n", "Parameters": named(params...),
	})
}

// directory is a change in Entra ID; such records often carry no address.
func (e *export) directory(actor person, at time.Time, operation string, target person, props []object) {
	if props == nil {
		props = []object{}
	}
	e.add(at, 8, "AzureActiveDirectory", operation, actor.upn(), actor.puid()+"@"+domain, object{
		"ResultStatus": "Success", "ClientIP": "", "ActorIpAddress": "", "ObjectId": target.upn(), "AzureActiveDirectoryEventType": 1,
		"Actor":              []object{{"ID": actor.upn(), "Type": 5}, {"ID": actor.puid(), "Type": 3}, {"ID": "User_" + actor.id(), "Type": 2}, {"ID": actor.id(), "Type": 2}, {"ID": "User", "Type": 2}},
		"Target":             []object{{"ID": "User_" + target.id(), "Type": 2}, {"ID": target.id(), "Type": 2}, {"ID": "User", "Type": 2}, {"ID": target.upn(), "Type": 5}, {"ID": target.puid(), "Type": 3}},
		"ExtendedProperties": named(param{"extendedAuditEventCategory", "User"}), "ModifiedProperties": props,
	})
}

// newMethod is a second authenticator beside the owner's.
func (e *export) newMethod(p person, at time.Time) {
	phone := func(name string) string {
		return `{"DeviceName":"` + name + `","DeviceToken":"apns2-0","DeviceTag":"SoftwareTokenActivated","PhoneAppVersion":"6.8.30"}`
	}
	e.directory(p, at, "Update user.", p, []object{
		{"Name": "StrongAuthenticationPhoneAppDetail", "OldValue": "[" + phone("iPhone of Dana") + "]", "NewValue": "[" + phone("iPhone of Dana") + "," + phone("SM-A125F") + "]"},
		{"Name": "Included Updated Properties", "OldValue": "", "NewValue": "StrongAuthenticationPhoneAppDetail"},
	})
}

// auditCSV is the export of the Purview portal: CRLF, AuditData as JSON in a column.
func (e *export) auditCSV() []byte {
	slices.SortStableFunc(e.audit, func(a, b object) int {
		return strings.Compare(b["CreationTime"].(string), a["CreationTime"].(string))
	})
	rows := [][]string{{"RecordId", "CreationDate", "RecordType", "Operation", "UserId", "AuditData", "AssociatedAdminUnits", "AssociatedAdminUnitsNames"}}
	for _, r := range e.audit {
		at, err := time.Parse("2006-01-02T15:04:05", r["CreationTime"].(string))
		if err != nil {
			panic(err) // unreachable: we wrote it
		}
		rows = append(rows, []string{r["Id"].(string), at.Format("1/2/2006 3:04:05 PM"), fmt.Sprint(r["RecordType"]), r["Operation"].(string), r["UserId"].(string), string(encode(r)), "", ""})
	}
	return table(rows)
}

// ---- message trace ----

func (e *export) mail(at time.Time, from, to, subject, addr string) {
	e.traceRow(at, fmt.Sprintf("<%d@%s>", at.Unix(), from[strings.IndexByte(from, '@')+1:]), from, to, subject, addr)
}

func (e *export) traceRow(at time.Time, id, from, to, subject, addr string) {
	e.trace = append(e.trace, []string{id, guid(0xc, len(e.trace)), domain, at.Format("2006-01-02T15:04:05.0000000Z"), from, to, subject, "Delivered", "", addr, "41220"})
}

// traceCSV is Get-MessageTraceV2 for Dana: the ten days that one query reaches.
func (e *export) traceCSV() []byte {
	head := []string{"MessageId", "MessageTraceId", "Organization", "Received", "SenderAddress", "RecipientAddress", "Subject", "Status", "ToIP", "FromIP", "Size"}
	var rows [][]string
	for _, r := range e.trace {
		if r[3] >= "2026-10-09" {
			rows = append(rows, r)
		}
	}
	slices.SortStableFunc(rows, func(a, b []string) int { return strings.Compare(b[3], a[3]) })
	return table(append([][]string{head}, rows...))
}

// ---- small things ----

func table(rows [][]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	if err := w.WriteAll(rows); err != nil {
		panic(err) // unreachable: a buffer takes everything
	}
	return b.Bytes()
}

func named(params ...param) []object {
	out := make([]object, len(params))
	for i, p := range params {
		out[i] = object{"Name": p.name, "Value": p.value}
	}
	return out
}

// encode writes JSON without escaping < and >, as Microsoft does.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // unreachable: plain values
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

func firstWord(s string) string {
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		return s[:i]
	}
	return s
}

func lower(s string) string { return strings.ToLower(s) }

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
