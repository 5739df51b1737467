package records

import (
	"slices"
	"strings"

	"evict"
)

// The names of a risk's fields: Graph and Log Analytics (found without regard
// to case), the portal's CSV.
var (
	riskType    = []string{"riskEventType", "riskType", "Detection type", "Risk event type"}
	riskLevel   = []string{"riskLevel", "Risk level"}
	riskStateOf = []string{"riskState", "Risk state"}
	riskUpdated = []string{"riskLastUpdatedDateTime", "RiskLastUpdatedDateTime [UTC]", "Risk last updated", "Risk last updated (UTC)"}
)

// decodeRisk reads one risk detection or risky user of Entra ID Protection:
// Graph riskDetection and riskyUser (with its history), diagnostic settings
// (UserRiskEvents, RiskyUsers), Log Analytics' tables of the same, the portal's CSV.
func (d *Decoder) decodeRisk(v value, e *evict.Event) bool {
	outer := v
	if p := d.nested(v, "properties"); p.isObject() {
		v = p
	}
	e.Kind = evict.RiskLog
	e.ID = recordID(pick(v, "id", "Detection ID"))
	r := &evict.Risk{
		Type:     pick(v, riskType...),
		Level:    riskWord(pick(v, riskLevel...)),
		State:    pick(v, riskStateOf...),
		Reason:   pick(v, "riskDetail", "Risk detail"),
		Activity: pick(v, "activity", "Activity"),
	}
	e.Detail = r
	if r.Type != "" {
		e.Op = "Risk detection"
		// When the risky act happened; the detection may come days later.
		e.Time = d.time(pick(v, "activityDateTime", "ActivityDateTime [UTC]", "Time of activity", "Date (UTC)", "detectedDateTime", "DetectedDateTime [UTC]", "Detection time"))
	} else {
		e.Op = "Risky user"
		e.Time = d.time(pick(v, riskUpdated...))
		// A user's risk state is not unique by its ID, which is the user's: each change has one.
		e.ID = ""
	}
	if !e.Time.Set {
		e.Time = d.time(pick(outer, wrapperTime...))
	}
	for _, name := range []string{"source", "detectionTimingType", "detectedDateTime", "lastUpdatedDateTime", "requestId", "correlationId", "additionalInfo", "tokenIssuerType", "mitreTechniqueId", "isDeleted", "isProcessing"} {
		if s := pick(v, name); s != "" {
			r.Extra = append(r.Extra, evict.Field{Name: name, Value: s})
		}
	}
	if s := pick(v, "Request ID"); s != "" {
		r.Extra = append(r.Extra, evict.Field{Name: "requestId", Value: s})
	}
	e.Origin.Addr = parseAddress(pick(v, "ipAddress", "IP address"))
	e.Origin.Place = d.place(v)
	for x := range d.nested(v, "additionalInfo").each {
		if strings.EqualFold(pick(x, "key"), "userAgent") {
			e.Origin.UserAgent = pick(x, "value")
			e.Origin.Client = clientOf(e.Origin.UserAgent)
		}
	}
	name := pick(v, "userPrincipalName", "UPN", "Username", "User principal name", "User")
	id := pick(v, "userId", "User ID", "Object ID")
	if r.Type == "" && id == "" {
		id = pick(v, "id")
	}
	owner(e, evict.Target, name, id, pick(v, "userDisplayName", "User"))
	return r.Type != "" || r.Level != "" || r.State != ""
}

var alertTime = slices.Concat([]string{"firstActivityDateTime", "StartTime", "StartTime [UTC]", "StartTimeUtc", "EventDateTime", "createdDateTime"}, tableTime)

// decodeAlert reads an alert of another control: Graph security alert (v2),
// Log Analytics' SecurityAlert, Defender's AlertInfo and AlertEvidence.
func (d *Decoder) decodeAlert(v value, e *evict.Event) bool {
	e.Kind = evict.AlertLog
	e.ID = recordID(pick(v, "SystemAlertId", "AlertId", "id", "ProviderAlertId"))
	e.Tenant = evict.TenantID(guidIn(pick(v, "tenantId")))
	a := &evict.Alert{
		Name:     pick(v, "title", "DisplayName", "AlertName"),
		Category: pick(v, "category", "Categories", "AlertType", "Tactics"),
		Severity: strings.ToLower(pick(v, "severity", "AlertSeverity")),
		Status:   pick(v, "status"),
	}
	e.Op, e.Detail = firstOf(a.Name, "Alert"), a
	e.Time = d.time(pick(v, alertTime...))
	for _, name := range []string{"description", "detectionSource", "serviceSource", "productName", "ProviderName", "determination", "classification", "detectorId", "incidentId", "createdDateTime", "lastActivityDateTime", "EntityType", "EvidenceRole", "CompromisedEntity", "AttackTechniques", "ExtendedProperties"} {
		if s := pick(v, name); s != "" {
			a.Extra = append(a.Extra, evict.Field{Name: name, Value: s})
		}
	}
	if t := d.list(v, "mitreTechniques", "Techniques"); len(t) > 0 {
		a.Extra = append(a.Extra, evict.Field{Name: "techniques", Value: strings.Join(t, " ")})
	}
	for x := range d.nested(v, "evidence", "Entities").each {
		d.alertEntity(x, e, a)
	}
	if pick(v, "EntityType") != "" {
		// AlertEvidence has a row for each entity, all with the alert's ID.
		e.ID = ""
		d.alertEntity(v, e, a)
	}
	for _, u := range d.words(v, "AffectedUser") {
		a.Entities = addOnce(a.Entities, u)
		owner(e, evict.Target, u, "", "")
	}
	if u := pick(v, "CompromisedEntity"); strings.Contains(u, "@") && len(e.Subjects) == 0 {
		owner(e, evict.Target, u, "", "")
	}
	return true
}

// alertEntity takes an account, mailbox or address out of an alert's evidence.
func (d *Decoder) alertEntity(x value, e *evict.Event, a *evict.Alert) {
	account := x
	if u := x.find("userAccount"); u.isObject() {
		account = u
	}
	name := pick(account, "userPrincipalName", "AccountUpn", "primaryAddress", "MailboxPrimaryAddress", "Upn", "RecipientEmailAddress")
	if user, suffix := pick(x, "Name", "AccountName"), pick(x, "UPNSuffix"); name == "" && user != "" && suffix != "" {
		name = user + "@" + suffix
	}
	id := pick(account, "azureAdUserId", "AadUserId", "AccountObjectId")
	if name != "" || id != "" {
		a.Entities = addOnce(a.Entities, firstOf(name, id))
		before := len(e.Subjects)
		owner(e, evict.Target, name, id, "")
		for i := range before {
			if before < len(e.Subjects) && e.Subjects[i].Who == e.Subjects[before].Who {
				e.Subjects = e.Subjects[:before]
			}
		}
	}
	if ip := pick(x, "ipAddress", "Address", "RemoteIP"); ip != "" {
		if addr := parseAddress(ip); addr.IsValid() {
			a.Entities = addOnce(a.Entities, addr.String())
			if !e.Origin.Addr.IsValid() {
				e.Origin.Addr = addr
			}
		}
	}
	for _, k := range []string{"networkMessageId", "internetMessageId", "Url", "FileName", "subject", "NetworkMessageId"} {
		if s := pick(x, k); s != "" {
			a.Entities = addOnce(a.Entities, s)
		}
	}
}
