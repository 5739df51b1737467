package records

import (
	"strings"

	"evict"
)

// slot numbers the fields of an audit record that are read by name.
type slot uint8

const (
	fID slot = iota
	fCreated
	fOperation
	fOrganization
	fRecordType
	fResult
	fUserKey
	fUserType
	fWorkload
	fUserID
	fClientIP
	fClientIPAddress
	fActorIP
	fObject
	fParameters
	fExtended
	fModified
	fActor
	fTarget
	fSession
	fApp
	fClientApp
	fApplication
	fAccess
	fClientInfo
	fUserAgent
	fDevice
	fDeviceProperties
	fOwnerUPN
	fOwnerSID
	fLogonSID
	fLogonType
	fProperties
	fItem
	fFolder
	fDest
	fFolders
	fMessages
	fAffected
	fCount
	fErrorNumber
	fLogonError
	fExternal
	slots
)

// slotNames are the names of the fields (Office 365 Management Activity API
// schema), with those that OfficeActivity of Azure Monitor gives them.
var slotNames = [slots][]string{
	fID:               {"Id", "OfficeId", "ID"},
	fCreated:          {"CreationTime", "TimeGenerated", "TimeGenerated [UTC]", "StartTime"},
	fOperation:        {"Operation"},
	fOrganization:     {"OrganizationId"},
	fRecordType:       {"RecordType"},
	fResult:           {"ResultStatus"},
	fUserKey:          {"UserKey"},
	fUserType:         {"UserType"},
	fWorkload:         {"Workload", "OfficeWorkload"},
	fUserID:           {"UserId", "UserId_"},
	fClientIP:         {"ClientIP", "ClientIP_"},
	fClientIPAddress:  {"ClientIPAddress", "Client_IPAddress"},
	fActorIP:          {"ActorIpAddress"},
	fObject:           {"ObjectId", "OfficeObjectId"},
	fParameters:       {"Parameters"},
	fExtended:         {"ExtendedProperties"},
	fModified:         {"ModifiedProperties"},
	fActor:            {"Actor"},
	fTarget:           {"Target", "AADTarget"},
	fSession:          {"SessionId"},
	fApp:              {"AppId"},
	fClientApp:        {"ClientAppId"},
	fApplication:      {"ApplicationId"},
	fAccess:           {"AppAccessContext"},
	fClientInfo:       {"ClientInfoString"},
	fUserAgent:        {"UserAgent"},
	fDevice:           {"DeviceId"},
	fDeviceProperties: {"DeviceProperties"},
	fOwnerUPN:         {"MailboxOwnerUPN"},
	fOwnerSID:         {"MailboxOwnerSid"},
	fLogonSID:         {"LogonUserSid"},
	fLogonType:        {"LogonType", "Logon_Type"},
	fProperties:       {"OperationProperties"},
	fItem:             {"Item"},
	fFolder:           {"Folder"},
	fDest:             {"DestFolder"},
	fFolders:          {"Folders"},
	fMessages:         {"Messages"},
	fAffected:         {"AffectedItems"},
	fCount:            {"OperationCount"},
	fErrorNumber:      {"ErrorNumber", "ErrorCode"},
	fLogonError:       {"LogonError"},
	fExternal:         {"ExternalAccess"},
}

// slotOf finds the slot of a key.
var slotOf = func() map[string]slot {
	m := map[string]slot{}
	for s, names := range slotNames {
		for _, n := range names {
			m[n] = slot(s)
		}
	}
	return m
}()

// auditScratch is what decoding an audit record reuses from record to record.
type auditScratch struct {
	f        [slots]value
	v        value // the record itself
	op       string
	params   []evict.Field
	extended []evict.Field
	props    []evict.Change
	aliases  []evict.Principal
	texts    []string
	clients  clientCache

	settings evict.Settings
	changes  evict.Changes
	rule     evict.Rule
	right    evict.Right
	sent     evict.Sent
	access   evict.Access
	moved    evict.Moved
	signIn   evict.SignIn
	file     evict.File
	chat     evict.Chat
	alert    evict.Alert
	risk     evict.Risk
	search   evict.Search
}

// isAudit reports a record of the unified audit log, native or as a row that wraps one.
func isAudit(v value) bool {
	switch {
	case v.get("CreationTime").exists() && v.get("Operation").exists() && (v.get("RecordType").exists() || v.get("Workload").exists()):
		return true
	case v.get("AuditData").exists() || v.get("auditData").exists():
		return true
	}
	return v.find("AuditData").exists() && v.has("Operations") || v.has("CreationTime", "Operation", "RecordType") || v.has("CreationTime", "Operation", "Workload")
}

// isOfficeActivity reports a row of Azure Monitor's table OfficeActivity: the
// audit record with some names changed, lists and objects as JSON text.
func isOfficeActivity(v value) bool {
	return v.has("Operation", "TimeGenerated") && (v.has("OfficeWorkload") || v.has("OfficeObjectId")) || v.has("Operation", "OfficeWorkload") || v.has("Operation", "TimeGenerated [UTC]", "OfficeWorkload")
}

func (d *Decoder) decodeOfficeActivity(v value, e *evict.Event) bool { return d.audited(v, value{}, e) }

// decodeAudit decodes a record of the unified audit log. In a row that wraps
// one, the record counts; the row only fills what a damaged record lost.
func (d *Decoder) decodeAudit(v value, e *evict.Event) bool {
	data := v.find("AuditData", "auditData")
	if !data.exists() {
		return d.audited(v, value{}, e)
	}
	row := v
	rec := data.embedded(d.arena)
	if !rec.isObject() {
		e.Flags |= evict.Damaged
		rec = d.rawCopy(row)
	}
	if !rec.isObject() && !row.find("Operations", "Operation").exists() {
		return false
	}
	return d.audited(rec, row, e)
}

// rawCopy salvages a record from the copy of the row that collectors keep
// beside its columns. It may be cut off, and its quotes doubled once more.
func (d *Decoder) rawCopy(row value) value {
	s := row.get("_raw").str()
	for range 2 {
		i := strings.Index(s, `{"`)
		if i < 0 {
			return value{}
		}
		if strings.HasPrefix(s[i:], `{""`) && !strings.HasPrefix(s[i:], `{"":`) {
			s = d.arena.undouble(s[i:])
			continue
		}
		v, _ := salvage(s[i:], d.arena)
		return v
	}
	return value{}
}

// audited decodes record v, wrapped by row or by nothing.
func (d *Decoder) audited(v, row value, e *evict.Event) bool {
	a := &d.audit
	a.v = v
	a.fill(v)
	if row.exists() {
		a.fromRow(row, e)
	}
	f := &a.f
	e.Op = strings.TrimSpace(f[fOperation].str())
	if e.Op == "" {
		return false
	}
	a.op = d.arena.folded(e.Op)
	e.ID = recordID(f[fID].str())
	e.Time = parseTime(f[fCreated].str(), monthFirst)
	if !e.Time.Set && row.exists() {
		e.Time = d.rowTime(row)
	}
	e.Tenant = evict.TenantID(guidIn(f[fOrganization].str()))
	if v.exists() {
		e.Hash = v.hash()
	}
	a.params = fieldsOf(f[fParameters], d.arena, a.params[:0])
	a.extended = fieldsOf(f[fExtended], d.arena, a.extended[:0])
	a.aliases = a.aliases[:0]
	a.texts = a.texts[:0]
	a.props = a.props[:0]
	e.Kind = a.kind()
	d.auditActor(e)
	d.auditOrigin(e)
	d.auditDetail(e)
	d.auditOutcome(e)
	if a.noise(e) {
		e.Flags |= evict.ServiceNoise
	}
	return true
}

// fill finds the fields of the record; where a collector changed the case of its keys, in any case.
func (a *auditScratch) fill(v value) {
	a.f = [slots]value{}
	n := 0
	for k, x := range v.fields {
		if s, ok := slotOf[k]; ok {
			n++
			if !a.f[s].exists() {
				a.f[s] = x
			}
		}
	}
	if n >= 8 && a.f[fOperation].exists() && a.f[fCreated].exists() {
		return
	}
	for s, names := range slotNames {
		if !a.f[s].exists() {
			a.f[s] = v.find(names...)
		}
	}
}

// fromRow takes from the row what the record lacks, and flags what contradicts it.
func (a *auditScratch) fromRow(row value, e *evict.Event) {
	for _, c := range [...]struct {
		s     slot
		names [3]string
	}{
		{fID, [3]string{"RecordId", "Identity", "id"}},
		{fOperation, [3]string{"Operation", "Operations", "operation"}},
		{fUserID, [3]string{"UserId", "UserIds", "userId"}},
		{fRecordType, [3]string{"RecordType", "auditLogRecordType", "recordType"}},
	} {
		var col value
		for _, n := range c.names {
			if col = row.get(n); col.exists() {
				break
			}
		}
		if !col.exists() {
			continue
		}
		mine := a.f[c.s]
		if !mine.exists() {
			a.f[c.s] = col
			continue
		}
		// The column has the name of the record type, the record its number.
		if c.s == fRecordType {
			continue
		}
		x, y := strings.TrimSpace(mine.str()), strings.TrimSpace(col.str())
		if y != "" && x != y && !strings.EqualFold(x, y) {
			e.Flags |= evict.MismatchedRow
		}
	}
	if !a.f[fClientIP].exists() {
		a.f[fClientIP] = row.get("clientIp")
	}
	if !a.f[fObject].exists() {
		a.f[fObject] = row.get("objectId")
	}
}

// folded is the operation for comparing: lower case, plain dashes, no full stop.
func (a *arena) folded(op string) string {
	op = strings.TrimRight(op, ". ")
	a.room(len(op) + 8)
	start := a.text.Len()
	for i := 0; i < len(op); i++ {
		switch c := op[i]; {
		case c >= 'A' && c <= 'Z':
			a.text.WriteByte(c + 'a' - 'A')
		case c == 0xe2 && i+2 < len(op) && op[i+1] == 0x80 && (op[i+2] == 0x93 || op[i+2] == 0x94):
			a.text.WriteByte('-')
			i += 2
		default:
			a.text.WriteByte(c)
		}
	}
	return a.text.String()[start:]
}

// fieldsOf reads a list of names and values, as whatever it is written: a list
// of {Name,Value} (or {Key,Value}), an object of name: value, JSON text of
// these, or a command line (-Identity "..." -Force).
func fieldsOf(v value, a *arena, out []evict.Field) []evict.Field {
	v = v.embedded(a)
	switch v.kind() {
	case arrayNode:
		valued := true
		for x := range v.each {
			valued = true
			if !x.isObject() {
				if s := x.str(); s != "" {
					out = append(out, evict.Field{Name: s})
				}
				continue
			}
			var f evict.Field
			valued = false
			for k, y := range x.fields {
				switch k {
				case "Name", "name", "Key", "key":
					f.Name = y.str()
				case "Value", "value":
					f.Value, valued = y.str(), true
				}
			}
			out = append(out, f)
		}
		if !valued && a.flags&evict.Damaged != 0 {
			out = out[:len(out)-1] // cut off between name and value: not a value of ""
		}
	case objectNode:
		for k, x := range v.fields {
			out = append(out, evict.Field{Name: k, Value: x.str()})
		}
	case stringNode:
		out = commandLine(v.str(), out)
	}
	return out
}

// commandLine reads parameters as a shell has them. A value in quotes may hold
// doubled quotes; a switch has the value True.
func commandLine(s string, out []evict.Field) []evict.Field {
	for {
		i := strings.IndexByte(s, '-')
		if i < 0 {
			return out
		}
		s = s[i+1:]
		end := strings.IndexAny(s, " :\t")
		if end < 0 {
			end = len(s)
		}
		f := evict.Field{Name: s[:end], Value: "True"}
		s = strings.TrimLeft(strings.TrimPrefix(s[end:], ":"), " \t")
		switch {
		case s != "" && (s[0] == '"' || s[0] == '\''):
			q := s[0]
			j := 1
			for j < len(s) && (s[j] != q || j+1 < len(s) && s[j+1] == q) {
				if s[j] == q {
					j++
				}
				j++
			}
			f.Value = strings.ReplaceAll(s[1:min(j, len(s))], string([]byte{q, q}), string([]byte{q}))
			s = s[min(j+1, len(s)):]
		case s != "" && s[0] != '-':
			// Values without quotes may hold blanks; the next parameter ends them.
			j := strings.Index(s, " -")
			if j < 0 {
				j = len(s)
			}
			f.Value = strings.TrimSpace(s[:j])
			s = s[j:]
		}
		if f.Name != "" {
			out = append(out, f)
		}
	}
}

// param returns the value of a parameter, names compared without case.
func (a *auditScratch) param(name string) string {
	for i := range a.params {
		if equalFold(a.params[i].Name, name) {
			return a.params[i].Value
		}
	}
	return ""
}

func (a *auditScratch) ext(name string) string {
	for i := range a.extended {
		if equalFold(a.extended[i].Name, name) {
			return a.extended[i].Value
		}
	}
	return ""
}

func (a *auditScratch) text(s slot) string {
	t := strings.TrimSpace(a.f[s].str())
	if t == "<null>" {
		return ""
	}
	return t
}

// recordTypes are the kinds of the record types that matter here
// (Office 365 Management Activity API schema, AuditLogRecordType).
var recordTypes = map[string]evict.Kind{
	"1": evict.AdminAudit, "2": evict.MailboxAudit, "3": evict.MailboxAudit, "19": evict.MailboxAudit, "50": evict.MailboxAudit, "101": evict.MailboxAudit,
	"4": evict.FileAudit, "6": evict.FileAudit, "7": evict.FileAudit, "14": evict.FileAudit, "36": evict.FileAudit, "54": evict.FileAudit, "55": evict.FileAudit, "56": evict.FileAudit,
	"8": evict.DirectoryAudit, "9": evict.LoginAudit, "15": evict.LoginAudit, "18": evict.AdminAudit, "25": evict.TeamsAudit, "57": evict.AdminAudit,
	"28": evict.AlertLog, "40": evict.AlertLog, "41": evict.ClickLog, "47": evict.AlertLog, "64": evict.AlertLog, "51": evict.AlertLog,
	"87": evict.AdminAudit, "106": evict.AdminAudit, "297": evict.AdminAudit, "294": evict.RiskLog,

	"exchangeadmin": evict.AdminAudit, "exchangeitem": evict.MailboxAudit, "exchangeitemgroup": evict.MailboxAudit, "exchangeaggregatedoperation": evict.MailboxAudit, "exchangeitemaggregated": evict.MailboxAudit, "exchangesearch": evict.MailboxAudit,
	"sharepoint": evict.FileAudit, "sharepointfileoperation": evict.FileAudit, "onedrive": evict.FileAudit, "sharepointsharingoperation": evict.FileAudit, "sharepointlistoperation": evict.FileAudit,
	"azureactivedirectory": evict.DirectoryAudit, "azureactivedirectoryaccountlogon": evict.LoginAudit, "azureactivedirectorystslogon": evict.LoginAudit, "securitycompliancecentereopcmdlet": evict.AdminAudit, "microsoftteams": evict.TeamsAudit, "microsoftteamsadmin": evict.AdminAudit,
	"threatintelligence": evict.AlertLog, "securitycompliancealerts": evict.AlertLog, "threatintelligenceurl": evict.ClickLog, "threatintelligenceatpcontent": evict.AlertLog, "airinvestigation": evict.AlertLog, "hygieneevent": evict.AlertLog,
	"securitycompliancerbac": evict.AdminAudit, "securitycomplianceuserchange": evict.AdminAudit, "auditconfig": evict.AdminAudit, "aadriskdetection": evict.RiskLog,
}

// kind is by the record type; where that says nothing, by workload and operation.
func (a *auditScratch) kind() evict.Kind {
	switch a.op {
	case "userloggedin", "userloginfailed":
		return evict.LoginAudit
	}
	rt := a.text(fRecordType)
	if k, ok := recordTypes[rt]; ok {
		return k
	}
	if k, ok := recordTypes[lower(rt)]; ok {
		return k
	}
	switch a.text(fWorkload) {
	case "Exchange":
		if len(a.params) > 0 || !a.f[fOwnerUPN].exists() && strings.Contains(a.op, "-") {
			return evict.AdminAudit
		}
		if a.f[fOwnerUPN].exists() {
			return evict.MailboxAudit
		}
	case "AzureActiveDirectory":
		return evict.DirectoryAudit
	case "SharePoint", "OneDrive":
		return evict.FileAudit
	case "MicrosoftTeams":
		return evict.TeamsAudit
	}
	return evict.OtherAudit
}

// auditActor names who did it, and what else this record calls him.
func (d *Decoder) auditActor(e *evict.Event) {
	a := &d.audit
	e.Actor = personOf(a.f[fUserID].str())
	switch a.text(fUserType) {
	case "3", "4", "DcAdmin", "System":
		// Names that are no addresses belong to the data centre's own accounts.
		if e.Actor.Kind == evict.Name {
			e.Actor.Kind = evict.Service
		}
	case "5", "Application":
		if e.Actor.Kind == evict.ObjectID {
			e.Actor.Kind = evict.AppID
		}
	case "6", "ServicePrincipal":
		if e.Actor.Kind == evict.ObjectID {
			e.Actor.Kind = evict.ServicePrincipalID
		}
	}
	if !e.Actor.IsPerson() {
		return
	}
	alias := func(p evict.Principal) {
		if p.Kind == evict.NoPrincipal || p == e.Actor {
			return
		}
		for _, x := range e.ActorAliases {
			if x == p {
				return
			}
		}
		e.ActorAliases = append(e.ActorAliases, p)
	}
	alias(keyOf(a.f[fUserKey].str()))
	if e.Kind == evict.MailboxAudit {
		if sid := personOf(a.f[fLogonSID].str()); sid.Kind == evict.SID {
			alias(sid)
		}
	}
	if e.Kind == evict.DirectoryAudit || e.Kind == evict.LoginAudit {
		for _, p := range d.identities(a.f[fActor], e.Actor) {
			alias(p)
		}
	}
}

// identities reads the names that an Entra list [{ID,Type}] gives one user: the
// UPN (type 5), the PUID (3) and the object ID ("User_<guid>", or the only
// GUID). A list that names anything beside one user pairs nothing.
func (d *Decoder) identities(list value, who evict.Principal) []evict.Principal {
	a := &d.audit
	from := len(a.aliases)
	var bare, marked string
	guids, same := 0, who.Kind == evict.NoPrincipal
	for x := range list.embedded(d.arena).each {
		id := strings.TrimSpace(x.find("ID", "Id").str())
		kind, _ := x.find("Type").num()
		switch {
		case strings.HasPrefix(id, "User_"):
			marked = guidIn(id[5:])
		case isGUID(id):
			if g := lower(id); g != bare {
				bare = g
				guids++
			}
		case strings.HasPrefix(id, "ServicePrincipal") || strings.HasPrefix(id, "Application") || strings.HasPrefix(id, "Group") || strings.HasPrefix(id, "Role") || strings.HasPrefix(id, "Device"):
			return nil
		case kind == 3 && isPUID(id):
			a.aliases = append(a.aliases, evict.Principal{Kind: evict.PUID, ID: strings.ToUpper(id)})
		case kind == 5 || strings.IndexByte(id, '@') > 0:
			if p := personOf(id); p.Kind == evict.UPN {
				if same = same || p == who; p != who {
					a.aliases = append(a.aliases, p)
				}
			}
		}
	}
	if marked == "" && guids == 1 {
		marked = bare
	}
	if p := objectID(marked); p.Kind != evict.NoPrincipal {
		same = same || p == who
		a.aliases = append(a.aliases, p)
	}
	out := a.aliases[from:len(a.aliases):len(a.aliases)]
	upns := 0
	for _, p := range out {
		if p.Kind == evict.UPN {
			upns++
		}
	}
	if !same || upns > 1 || upns == 1 && who.Kind == evict.UPN {
		a.aliases = a.aliases[:from]
		return nil
	}
	return out
}

// auditOrigin reads where the act came from.
func (d *Decoder) auditOrigin(e *evict.Event) {
	a := &d.audit
	o := &e.Origin
	for _, s := range [...]slot{fClientIPAddress, fClientIP, fActorIP} {
		if t := a.f[s].str(); t != "" {
			if addr := parseAddress(t); addr.IsValid() {
				o.Addr = addr
				break
			}
		}
	}
	o.Session = a.text(fSession)
	access := a.f[fAccess].embedded(d.arena)
	o.Token = access.find("UniqueTokenId").str()
	if o.Session == "" {
		o.Session = access.find("AADSessionId").str()
	}
	o.AppID = firstOf(guidIn(a.text(fClientApp)), guidIn(a.text(fApp)), guidIn(a.text(fApplication)), guidIn(access.find("ClientAppId").str()))
	o.Device = lower(a.text(fDevice))
	if o.Device == "00000000-0000-0000-0000-000000000000" {
		o.Device = ""
	}
	o.UserAgent = a.text(fUserAgent)
	if o.UserAgent == "" {
		o.UserAgent = a.text(fClientInfo)
	}
	if o.UserAgent == "" {
		o.UserAgent = a.ext("UserAgent")
	}
	o.Client = a.clients.of(o.UserAgent)
	if p := a.f[fDeviceProperties]; p.exists() {
		d.deviceProperties(p, o)
	}
}

func (d *Decoder) deviceProperties(p value, o *evict.Origin) {
	a := &d.audit
	from := len(a.extended)
	a.extended = fieldsOf(p, d.arena, a.extended)
	for _, f := range a.extended[from:] {
		switch lower(f.Name) {
		case "id":
			o.Device = lower(f.Value)
		case "sessionid":
			if o.Session == "" {
				o.Session = f.Value
			}
		case "os":
			if f.Value != "" {
				o.Client.OS = osFamily(f.Value)
			}
		case "browsertype":
			if f.Value != "" && o.Client.Browser == "" {
				o.Client.Browser = browserFamily(f.Value)
			}
		}
	}
}

// auditOutcome is by operation and error number first: ResultStatus says
// "Success" of most failed logins.
func (d *Decoder) auditOutcome(e *evict.Event) {
	a := &d.audit
	if e.Kind == evict.LoginAudit {
		d.loginOutcome(e)
		return
	}
	switch status := a.text(fResult); lower(status) {
	case "", "true", "success", "succeeded", "partiallysucceeded":
		e.Outcome = evict.Success
	case "false", "failed", "failure", "notapplied":
		e.Outcome = evict.Failure
	}
}

func (d *Decoder) loginOutcome(e *evict.Event) {
	s, ok := e.Detail.(*evict.SignIn)
	if !ok {
		return
	}
	switch d.audit.op {
	case "userloggedin":
		switch s.Error {
		case -1, 0, 50140: // 50140: the prompt to stay signed in, after everything else
			e.Outcome = evict.Success
		default:
			e.Outcome = evict.OutcomeUnknown
		}
	case "userloginfailed":
		e.Outcome = evict.Failure
		if s.Error > 0 && stopped[s.Error] {
			e.Outcome = evict.Interrupted
		}
	default:
		e.Outcome = evict.OutcomeUnknown
	}
}

// touching are words of operations that service work is not dropped for: they
// touch a right, rule, forwarding, consent, role, credential or audit setting.
var touching = []string{
	"rule", "permission", "forward", "role", "consent", "credential", "password", "audit", "delegat", "owner", "grant", "federat", "domain",
	"secret", "certificate", "strong authentication", "security info", "connector", "stsrefreshtoken", "member to", "add user", "delete user", "disable account", "enable account",
	"sharing", "siteadmin", "sitecollectionadmin", "anonymouslink", "add service principal", "add application", "conditional access", "add policy", "update policy",
}

// noise reports Microsoft's own work that touches none of these. A person's act is never noise.
func (a *auditScratch) noise(e *evict.Event) bool {
	if e.Actor.Kind != evict.Service {
		return a.background(e)
	}
	switch e.Kind {
	case evict.AlertLog, evict.RiskLog, evict.ClickLog:
		return false
	}
	for _, p := range a.params {
		if sensitive(p.Name) {
			return false
		}
	}
	if strings.HasPrefix(a.op, "install-") || strings.HasPrefix(a.op, "set-adminauditlogconfig") && len(a.params) == 0 {
		return true
	}
	for _, w := range touching {
		if strings.Contains(a.op, w) {
			return false
		}
	}
	for _, p := range a.props {
		if sensitive(p.Name) {
			return false
		}
	}
	return true
}

// sensitive reports a parameter or property that service work is not dropped for.
func sensitive(name string) bool {
	n := lower(name)
	for _, w := range [...]string{"forward", "audit", "grantsendonbehalf", "strongauth", "password", "credential", "keydescription", "accountenabled", "delivertomailbox"} {
		if strings.Contains(n, w) {
			return true
		}
	}
	return false
}

// backgroundApps are the client applications by which Exchange Online itself
// opens mail in the owner's name (seen in a published tenant's records: the
// ClientAppId of every access as RESTSystem from Microsoft's own addresses).
var backgroundApps = map[string]bool{"3c8e478f-21ca-493a-b87c-c7366d664d54": true, "f3f64fec-ecee-4e9a-9eed-a36a5e421300": true}

// background reports reading by Exchange's own services in the owner's name.
// An application of a third party reads as RESTSystem too, and is no noise.
func (a *auditScratch) background(e *evict.Event) bool {
	return a.op == "mailitemsaccessed" && backgroundApps[e.Origin.AppID] && strings.Contains(e.Origin.UserAgent, "RESTSystem") && MicrosoftNetwork(e.Origin.Addr)
}
