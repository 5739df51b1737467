package records

import (
	"slices"
	"strconv"
	"strings"

	"evict"
)

// The names of a sign-in's fields: Graph and Log Analytics (found without
// regard to case), the portal's CSV, Defender's tables.
var (
	signInTime        = slices.Concat([]string{"createdDateTime", "CreatedDateTime [UTC]"}, portalTime, tableTime, []string{"time"})
	signInUPN         = []string{"userPrincipalName", "Username", "AccountUpn", "UserPrincipalName"}
	signInUserID      = []string{"userId", "User ID", "AccountObjectId"}
	signInAppID       = []string{"appId", "Application ID", "ApplicationId"}
	signInApp         = []string{"appDisplayName", "Application", "App"}
	signInResource    = []string{"resourceDisplayName", "Resource"}
	signInClient      = []string{"clientAppUsed", "Client app"}
	signInService     = []string{"servicePrincipalId", "Service principal ID"}
	signInServiceName = []string{"servicePrincipalName", "Service principal name"}
)

// signInDisplay is the portal's column of display names, for want of a better one.
const signInDisplay = "User"

// decodeSignIn reads one sign-in, whatever export it comes from: Graph signIn
// (v1.0, beta), diagnostic settings, Log Analytics, the Entra portal's CSV and
// JSON, Defender's EntraIdSignInEvents. Field names: Graph resource signIn;
// azure-monitor-docs tables SigninLogs and AADNonInteractiveUserSignInLogs.
func (d *Decoder) decodeSignIn(v value, e *evict.Event) bool {
	outer := v
	if p := d.nested(v, "properties"); p.isObject() && pick(v, "category", "operationName") != "" {
		v = p
	}
	e.Time = d.time(pick(v, signInTime...))
	if !e.Time.Set {
		e.Time = d.time(pick(outer, signInTime...))
	}
	if !e.Time.Set { // a query's result without the column: the steps have times
		for step := range d.nested(v, "authenticationDetails").each {
			if e.Time = d.time(pick(step, "authenticationStepDateTime")); e.Time.Set {
				break
			}
		}
	}
	s := &evict.SignIn{}
	e.Detail = s
	kindText := pick(outer, "category", "Type") + " " + strings.Join(d.list(v, "signInEventTypes", "LogonType"), " ")
	if id := pick(v, "id", "Request ID", "RequestId"); id != "" {
		// The unified audit log gives its record of the same sign-in the same ID.
		e.ID = recordID("sign-in:" + id)
	}
	d.signInTenant(outer, v, e)
	d.signInApps(v, e, s)
	d.signInOutcome(outer, v, e, s)
	d.signInOrigin(outer, v, e, s)
	s.Token = pick(v, "incomingTokenType", "Incoming token type")
	s.Protocol = signInProtocol(v, e.Origin.UserAgent)
	d.signInKind(kindText, v, e, s)
	d.signInMethods(v, e, s)
	d.signInRisk(v, s)
	d.signInActor(v, e)
	switch e.Kind {
	case evict.SignIns:
		e.Op = "Sign-in"
	case evict.TokenSignIns:
		e.Op = "Non-interactive sign-in"
	default:
		e.Op = "Application sign-in"
	}
	e.Hash = essence(signInFilled(e, s), toSecond(e.Time), strings.ToLower(pick(v, signInUPN...)), s.AppID, e.Origin.Addr.String(), strconv.Itoa(s.Error))
	return e.Actor.Kind != evict.NoPrincipal || s.App != "" || s.AppID != ""
}

// signInFilled counts the fields that only richer exports have.
func signInFilled(e *evict.Event, s *evict.SignIn) int {
	n := 0
	for _, t := range []string{e.Origin.Session, e.Origin.Token, e.Origin.Device, e.Origin.UserAgent, e.Origin.Client.OS, e.Origin.Place.City, s.Protocol, s.Token, s.Method, s.Resource, s.Trust, s.Risk, s.CrossTenant, string(s.HomeTenant), string(e.Tenant)} {
		if t != "" {
			n++
		}
	}
	for _, t := range []evict.Tri{s.Interactive, s.Password, s.MFA, s.Compliant, s.Managed} {
		if t != evict.Unset {
			n++
		}
	}
	if e.Origin.ASN != 0 {
		n++
	}
	return n + len(e.ActorAliases)
}

func (d *Decoder) signInTenant(outer, v value, e *evict.Event) {
	tenant := pick(outer, "AADTenantId")
	if tenant == "" {
		// /tenants/<guid>/providers/Microsoft.aadiam; Log Analytics' TenantId is the workspace.
		if _, rest, ok := strings.Cut(strings.ToLower(pick(outer, "resourceId", "ResourceId")), "/tenants/"); ok {
			tenant, _, _ = strings.Cut(rest, "/")
		}
	}
	if home, resource := pick(v, "homeTenantId", "Home tenant ID"), pick(v, "resourceTenantId", "Resource tenant ID"); tenant == "" && strings.EqualFold(home, resource) {
		tenant = home
	}
	e.Tenant = evict.TenantID(strings.ToLower(tenant))
}

func (d *Decoder) signInApps(v value, e *evict.Event, s *evict.SignIn) {
	s.App = pick(v, signInApp...)
	s.AppID = strings.ToLower(pick(v, signInAppID...))
	s.Resource = pick(v, signInResource...)
	s.ResourceID = strings.ToLower(pick(v, "ResourceIdentity", "Resource ID"))
	if s.ResourceID == "" {
		// In Log Analytics ResourceId is a path of Azure's, not the application's.
		if id := pick(v, "resourceId"); !strings.Contains(id, "/") {
			s.ResourceID = strings.ToLower(id)
		}
	}
	s.CrossTenant = pick(v, "crossTenantAccessType", "Cross tenant access type")
	if strings.EqualFold(s.CrossTenant, "none") {
		s.CrossTenant = ""
	}
	s.HomeTenant = evict.TenantID(strings.ToLower(pick(v, "homeTenantId", "Home tenant ID")))
	e.Origin.AppID = s.AppID
}

// signInOutcome reads the error number. The portal's CSV has words, and
// PowerShell's Export-Csv may have lost the status: then the outcome is unknown.
func (d *Decoder) signInOutcome(outer, v value, e *evict.Event, s *evict.SignIn) {
	s.Error = -1
	status := d.nested(v, "status", "Status_dynamic", "Status_string", "Status")
	if n, ok := pickInt(status, "errorCode"); ok {
		s.Error = int(n)
	} else if n, ok := pickInt(v, "ResultType", "ErrorCode", "Sign-in error code", "status"); ok {
		s.Error = int(n)
	} else if n, ok := pickInt(outer, "resultType"); ok {
		s.Error = int(n)
	} else if n, ok := powerShellClass(pick(v, "status"), "ErrorCode"); ok {
		s.Error = n
	}
	s.Reason = pick(status, "failureReason")
	if s.Reason == "" {
		s.Reason = pick(v, "Failure reason", "ResultDescription")
	}
	if s.Reason == "" {
		s.Reason = pick(outer, "resultDescription")
	}
	if s.Error == 0 || s.Reason == "Other." || s.Reason == "None" {
		s.Reason = "" // what Entra writes of a success
	}
	word := strings.ToLower(firstOf(pick(v, "Status"), pick(outer, "resultType")))
	switch {
	case s.Error >= 0:
		e.Outcome = signInOutcomeOf(s.Error)
	case word == "success":
		s.Error, e.Outcome = 0, evict.Success
	case word == "failure":
		e.Outcome = evict.Failure
	case word == "interrupted":
		e.Outcome = evict.Interrupted
	}
	s.ConditionalAccess = conditionalAccess(pick(v, "conditionalAccessStatus", "Conditional Access"))
}

// conditionalAccess writes the result of the policies as Graph does; the portal
// has words with blanks, Defender's tables numbers.
func conditionalAccess(s string) string {
	switch strings.ToLower(strings.ReplaceAll(s, " ", "")) {
	case "success", "0":
		return "success"
	case "failure", "1":
		return "failure"
	case "notapplied", "2":
		return "notApplied"
	}
	return s
}

// powerShellClass finds "Name: 123" in the text that AzureADPreview's module
// writes for an object: class SignInAuditLogStatus { ErrorCode: 50126 ... }.
func powerShellClass(text, name string) (int, bool) {
	_, rest, ok := strings.Cut(text, name+":")
	if !ok {
		return 0, false
	}
	word, _, _ := strings.Cut(strings.TrimLeft(rest, " "), "\n")
	n, err := strconv.Atoi(strings.TrimSpace(strings.TrimRight(word, "} \r")))
	return n, err == nil
}

func (d *Decoder) signInOrigin(outer, v value, e *evict.Event, s *evict.SignIn) {
	o := &e.Origin
	o.Addr = parseAddress(pick(v, "ipAddress", "IP address", "IPAddress"))
	if !o.Addr.IsValid() {
		o.Addr = parseAddress(pick(outer, "callerIpAddress"))
	}
	if n, ok := pickInt(v, "autonomousSystemNumber", "Autonomous system number", "Autonomous system  number"); ok && n > 0 && n <= 1<<32-1 {
		o.ASN = uint32(n)
	}
	o.Place = d.place(v)
	o.Session = pick(v, "sessionId", "Session ID")
	o.Token = pick(v, "uniqueTokenIdentifier", "Unique token identifier", "UniqueTokenId")
	o.UserAgent = pick(v, "userAgent", "User agent")
	device := d.nested(v, "deviceDetail", "DeviceDetail_dynamic", "DeviceDetail_string")
	if !device.isObject() {
		device = v
	}
	o.Device = strings.ToLower(pick(device, "deviceId", "Device ID", "EntraIdDeviceId", "AadDeviceId"))
	s.DeviceName = pick(device, "displayName", "DeviceName")
	s.Trust = pick(device, "trustType", "Join Type", "DeviceTrustType")
	s.Compliant = pickTri(device, "isCompliant", "Compliant")
	s.Managed = pickTri(device, "isManaged", "Managed")
	app := pick(v, signInClient...)
	s.Legacy = legacyClient(app, o.UserAgent)
	o.Client = clientOf(o.UserAgent)
	if os := pick(device, "operatingSystem", "Operating System", "OSPlatform", "OS"); os != "" {
		o.Client.OS = osFamily(os)
	}
	if b := pick(device, "browser"); b != "" && !lostText(b) {
		o.Client.Browser = browserFamily(b)
	}
	switch {
	case s.Legacy:
		o.Client.App = app
	case o.Client.App != "":
	case strings.EqualFold(app, "Browser"):
		o.Client.App = "browser"
	case strings.EqualFold(s.App, "Outlook Mobile"):
		o.Client.App = "Outlook mobile" // as mailbox records' client strings are read
	default:
		o.Client.App = firstOf(s.App, app)
	}
	for x := range d.nested(v, "networkLocationDetails").each {
		s.TrustedLocation = s.TrustedLocation || pick(x, "networkType") == "trustedNamedLocation"
	}
}

// place reads where the sign-in log puts the address. Log Analytics has the
// country alone in Location and the rest in LocationDetails; the portal's CSV
// writes "City, State, CC", where the city may hold commas and parts be empty.
func (d *Decoder) place(v value) evict.Place {
	var p evict.Place
	if l := d.nested(v, "location", "LocationDetails", "LocationDetails_dynamic", "LocationDetails_string"); l.isObject() {
		p.Country, p.Region, p.City = pick(l, "countryOrRegion"), pick(l, "state"), pick(l, "city")
		g := d.nested(l, "geoCoordinates")
		p.Lat, p.Lon = microdegrees(pick(g, "latitude")), microdegrees(pick(g, "longitude"))
	} else {
		p.Country, p.Region, p.City = pick(v, "Country", "CountryOrRegion"), pick(v, "State"), pick(v, "City")
		p.Lat, p.Lon = microdegrees(pick(v, "Latitude")), microdegrees(pick(v, "Longitude"))
		if text := pick(v, "Location"); p.Country == "" && text != "" && !lostText(text) {
			parts := strings.Split(text, ",")
			for i := range parts {
				parts[i] = strings.TrimSpace(parts[i])
			}
			n := len(parts)
			p.Country = parts[n-1]
			if n > 1 {
				p.Region = parts[n-2]
			}
			if n > 2 {
				p.City = strings.Join(parts[:n-2], ", ")
			}
		}
	}
	if len(p.Country) == 2 {
		p.Country = strings.ToUpper(p.Country)
	}
	return p
}

// microdegrees reads a coordinate; 0 for none or nonsense.
func microdegrees(s string) int32 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f < -180 || f > 180 {
		return 0
	}
	if f < 0 {
		return int32(f*1e6 - 0.5)
	}
	return int32(f*1e6 + 0.5)
}

// legacyClient reports a protocol that cannot ask for a second factor, by the
// client app column ("Other clients", "IMAP4" ...) or the back end's user agent.
func legacyClient(app, agent string) bool {
	switch strings.ToLower(app) {
	case "imap4", "imap", "pop3", "pop", "authenticated smtp", "smtp", "other clients", "exchange activesync", "exchange web services", "autodiscover",
		"exchange online powershell", "mapi over http", "offline address book", "outlook anywhere (rpc over http)", "reporting web services", "other clients; imap", "other clients; pop", "other clients; smtp", "other clients; mapi", "other clients; older office clients":
		return true
	}
	return strings.HasPrefix(agent, "BAV2ROPC") || strings.HasPrefix(agent, "CBAinPROD") || strings.HasPrefix(agent, "CBAinTAR") || strings.HasPrefix(agent, "AConsumerV2ROPC")
}

// signInMethods reads how the user proved who he is.
func (d *Decoder) signInMethods(v value, e *evict.Event, s *evict.SignIn) {
	var used, tried []string
	passwordStep, tokenStep, keyStep := false, false, false
	secondDone := false
	for step := range d.nested(v, "authenticationDetails").each {
		method := pick(step, "authenticationMethod")
		if method == "" {
			continue
		}
		done := pickTri(step, "succeeded") == evict.Yes
		result := strings.ToLower(pick(step, "authenticationStepResultDetail"))
		switch {
		case isPassword(method):
			passwordStep = true
		case strings.EqualFold(method, "Previously satisfied"):
			tokenStep = true
		case done && strongMethod(method):
			keyStep = true
		}
		if done && (strings.Contains(result, "mfa") && !strings.Contains(result, "not") || strings.Contains(strings.ToLower(pick(step, "authenticationStepRequirement")), "multifactor") && !isPassword(method)) {
			secondDone = true
		}
		tried = addOnce(tried, method)
		if done {
			used = addOnce(used, method)
		}
	}
	if e.Outcome != evict.Success && len(tried) > 0 {
		used = tried // what was asked is the evidence of an attempt that failed
	}
	for _, m := range d.list(v, "authenticationMethodsUsed") {
		used = addOnce(used, m)
	}
	mfa := d.nested(v, "mfaDetail", "MfaDetail_dynamic", "MfaDetail_string")
	for _, m := range []string{pick(mfa, "authMethod"), pick(v, "Multifactor authentication auth method")} {
		if m != "" {
			used = addOnce(used, m)
		}
	}
	s.Method = strings.Join(used, "; ")
	s.Password = passwordPresented(s, passwordStep, tokenStep, keyStep)
	s.MFA = d.mfaSatisfied(v, e, secondDone)
}

// signInProtocol is the protocol, lower-cased without blanks; "" for none. How
// the first token came over (device code, authentication transfer) outlives
// the protocol of the single request.
func signInProtocol(v value, agent string) string {
	norm := func(s string) string {
		s = strings.ToLower(strings.ReplaceAll(s, " ", ""))
		switch s {
		case "none", "unknownfuturevalue":
			return ""
		case "devicecodeflow":
			return "devicecode"
		case "authenticationtransfer":
			return "authtransfer"
		}
		return s
	}
	p := norm(pick(v, "authenticationProtocol", "Authentication Protocol"))
	first := norm(pick(v, "originalTransferMethod", "Original transfer method"))
	switch {
	case p == "devicecode" || p == "authtransfer" || p == "ropc":
		return p
	case first != "":
		return first
	case p == "" && strings.Contains(agent, "ROPC"):
		return "ropc"
	}
	return p
}

func isPassword(method string) bool {
	m := strings.ToLower(method)
	return strings.HasPrefix(m, "password") && !strings.HasPrefix(m, "passwordless")
}

// strongMethod reports a method that replaces the password: passkey, security
// key, Windows Hello, certificate, passwordless phone sign-in.
func strongMethod(method string) bool {
	m := strings.ToLower(method)
	for _, w := range []string{"passkey", "fido", "hello", "certificate", "passwordless", "platform credential", "temporary access pass"} {
		if strings.Contains(m, w) {
			return true
		}
	}
	return false
}

// passwordPresented decides whether somebody typed or replayed a password: a
// step says so, or there was no token and no other way in.
func passwordPresented(s *evict.SignIn, passwordStep, tokenStep, keyStep bool) evict.Tri {
	token := strings.ToLower(s.Token)
	switch {
	case passwordStep || s.Protocol == "ropc" || s.Error == 50126: // 50126: wrong password
		return evict.Yes
	case tokenStep || keyStep || strongMethod(s.Method):
		return evict.No
	case strings.HasPrefix(token, "saml"):
		return evict.Unset // federated: the password, if any, was shown to the other side
	case token != "" && token != "none":
		return evict.No
	case s.Interactive == evict.No:
		return evict.No
	case s.Legacy:
		return evict.Yes
	case token == "none" && s.Interactive == evict.Yes:
		return evict.Yes
	}
	return evict.Unset
}

func (d *Decoder) mfaSatisfied(v value, e *evict.Event, secondDone bool) evict.Tri {
	status := d.nested(v, "status", "Status_dynamic", "Status_string", "Status")
	said := strings.ToLower(pick(status, "additionalDetails") + " " + pick(v, "Multifactor authentication result"))
	required := strings.EqualFold(strings.ReplaceAll(pick(v, "authenticationRequirement", "Authentication requirement"), "-", ""), "multiFactorAuthentication")
	switch {
	case e.Outcome == evict.Success && (secondDone || strings.Contains(said, "mfa requirement satisfied") || strings.Contains(said, "mfa completed") || strings.Contains(said, "mfa successfully")):
		return evict.Yes
	case e.Outcome == evict.Success && required:
		return evict.Yes
	case pick(v, "authenticationRequirement", "Authentication requirement") != "":
		return evict.No
	}
	return evict.Unset
}

func (d *Decoder) signInRisk(v value, s *evict.SignIn) {
	s.Risk = riskWord(pick(v, "riskLevelDuringSignIn"))
	s.RiskState = riskState(pick(v, "riskState"))
	s.RiskDetail = pick(v, "riskDetail", "RiskDetails")
	s.RiskEvents = d.list(v, "riskEventTypes_v2", "RiskEventTypes_V2", "riskEventTypes")
	if len(s.RiskEvents) == 1 && strings.Contains(s.RiskEvents[0], ",") {
		s.RiskEvents = strings.FieldsFunc(s.RiskEvents[0], func(r rune) bool { return r == ',' || r == ' ' })
	}
}

// riskState reads a state: a word, or the number that Defender's tables have.
func riskState(s string) string {
	if n, ok := number(s); ok && n >= 0 && int(n) < len(riskStates) {
		return riskStates[n]
	}
	return s
}

var riskStates = [...]string{"none", "confirmedSafe", "remediated", "dismissed", "atRisk", "confirmedCompromised"}

// riskWord reads a level: a word, or the number that Defender's tables have
// (MicrosoftDocs/microsoft-365-docs, AADSignInEventsBeta).
func riskWord(s string) string {
	switch s {
	case "0": // not set
		return ""
	case "1":
		return "none"
	case "10":
		return "low"
	case "50":
		return "medium"
	case "100":
		return "high"
	}
	return strings.ToLower(s)
}

// signInKind says which of the three logs the record is of. The portal's CSV
// does not say it: a token that came in was not typed by anybody.
func (d *Decoder) signInKind(category string, v value, e *evict.Event, s *evict.SignIn) {
	category = strings.ToLower(category)
	s.Interactive = pickTri(v, "isInteractive")
	principal := firstOf(pick(v, signInService...), pick(v, signInServiceName...))
	noUser := pick(v, signInUPN...) == "" && pick(v, signInUserID...) == "" && pick(v, signInDisplay) == ""
	switch {
	case strings.Contains(category, "serviceprincipal"), strings.Contains(category, "managedidentity"), noUser && principal != "":
		e.Kind, s.Interactive = evict.AppSignIns, evict.No
	case strings.Contains(category, "noninteractive"):
		e.Kind, s.Interactive = evict.TokenSignIns, evict.No
	case strings.Contains(category, "interactiveuser"):
		e.Kind, s.Interactive = evict.SignIns, evict.Yes
	case s.Interactive == evict.No:
		e.Kind = evict.TokenSignIns
	case s.Interactive == evict.Yes || strings.Contains(category, "signinlogs"):
		e.Kind, s.Interactive = evict.SignIns, evict.Yes
	case s.Token != "" && !strings.EqualFold(s.Token, "none"):
		e.Kind = evict.TokenSignIns
	default:
		e.Kind = evict.SignIns
		if strings.EqualFold(s.Token, "none") && s.Protocol != "ropc" && !s.Legacy {
			s.Interactive = evict.Yes
		}
	}
}

func (d *Decoder) signInActor(v value, e *evict.Event) {
	if e.Kind == evict.AppSignIns {
		e.Actor = servicePrincipal(pick(v, signInService...))
		if e.Origin.AppID != "" {
			app := evict.Principal{Kind: evict.AppID, ID: e.Origin.AppID}
			if e.Actor.Kind == evict.NoPrincipal {
				e.Actor = app
			} else {
				e.ActorAliases = append(e.ActorAliases, app)
			}
			e.Subjects = append(e.Subjects, evict.Subject{Part: evict.Application, Who: app, Label: firstOf(pick(v, signInServiceName...), pick(v, "appDisplayName"))})
		}
		return
	}
	name, id := pick(v, signInUPN...), objectID(pick(v, signInUserID...))
	if name == "" && id.Kind == evict.NoPrincipal {
		name = pick(v, signInDisplay)
	}
	e.Actor = personOf(name)
	switch {
	case e.Actor.Kind == evict.NoPrincipal:
		e.Actor = id
	case id.Kind != evict.NoPrincipal && id != e.Actor:
		e.ActorAliases = append(e.ActorAliases, id)
	}
}

// decodeAuthStep reads a row of the portal's AuthDetails files: one step of a
// sign-in that another file holds. It names no user and belongs to no account.
func (d *Decoder) decodeAuthStep(v value, e *evict.Event) bool {
	e.Kind, e.Op = evict.SignIns, "Authentication step"
	e.Flags |= evict.Observed
	e.Time = d.time(pick(v, portalTime...))
	e.Outcome = resultWord(pick(v, "Succeeded"))
	s := &evict.SignIn{Error: -1, Method: pick(v, "Authentication method"), Reason: pick(v, "Result detail")}
	if isPassword(s.Method) {
		s.Password = evict.Yes
	}
	s.Request = pick(v, "Request ID") // whose step it is: the sign-in's ID
	e.Detail = s
	return true
}

func addOnce(list []string, s string) []string {
	for _, x := range list {
		if x == s {
			return list
		}
	}
	return append(list, s)
}

// stopped are the error numbers of a sign-in that went on or was asked for
// more: a second factor, a device, a consent, a choice (Entra's
// reference-error-codes; 500121 from public detection rules).
var stopped = map[int]bool{
	16000: true, 16001: true, 16002: true, 16003: true, 50055: true, 50058: true, 50072: true, 50074: true, 50076: true, 50078: true, 50079: true,
	50097: true, 50125: true, 50127: true, 50129: true, 50131: true, 50140: true, 50143: true, 50155: true, 50158: true, 50199: true,
	50203: true, 50206: true, 51006: true, 52004: true, 53000: true, 53001: true, 53002: true, 53003: true, 53004: true, 65001: true, 70044: true,
	90094: true, 90095: true, 500121: true, 530032: true, 530034: true, 530035: true, 900941: true, 9002341: true,
}

// signInOutcomeOf classes an AADSTS number.
func signInOutcomeOf(code int) evict.Outcome {
	switch {
	case code == 0:
		return evict.Success
	case stopped[code]:
		return evict.Interrupted
	}
	return evict.Failure
}
