package records

import (
	"slices"
	"strings"

	"evict"
)

// auditDetail reads what was done, by operation; where the operation is not
// known, the detail holds what the record says.
func (d *Decoder) auditDetail(e *evict.Event) {
	a := &d.audit
	switch e.Kind {
	case evict.LoginAudit:
		d.login(e)
	case evict.DirectoryAudit:
		d.directoryAct(e)
	case evict.MailboxAudit:
		d.mailboxAct(e)
	case evict.AdminAudit:
		d.cmdlet(e)
	case evict.FileAudit:
		if strings.HasPrefix(a.op, "searchquery") {
			d.searchAct(e)
			return
		}
		d.fileAct(e)
	case evict.TeamsAudit:
		d.chatAct(e)
	case evict.AlertLog:
		d.alertAct(e)
	case evict.RiskLog:
		d.riskAct(e)
	case evict.ClickLog:
		d.alertAct(e)
	default:
		switch {
		case strings.Contains(a.op, "search") || strings.Contains(a.op, "ediscovery"):
			d.searchAct(e)
		case len(a.params) > 0:
			d.cmdlet(e)
		default:
			d.otherAct(e)
		}
	}
}

// scalars adds the fields of the record that are no objects and no common ones.
func (a *auditScratch) scalars(out []evict.Field) []evict.Field {
	for k, x := range a.v.fields {
		switch k {
		case "Id", "RecordType", "CreationTime", "Operation", "OrganizationId", "UserType", "UserKey", "Workload", "UserId", "ClientIP", "Version", "ResultStatus", "ObjectId", "Scope":
			continue
		}
		if !x.isObject() && !x.isArray() && !x.isNull() {
			if s := x.str(); s != "" {
				out = append(out, evict.Field{Name: k, Value: s})
			}
		}
	}
	return out
}

// otherAct keeps the record's own fields.
func (d *Decoder) otherAct(e *evict.Event) {
	a := &d.audit
	a.settings = evict.Settings{Object: a.text(fObject), Params: a.scalars(append(a.settings.Params[:0], a.extended...))}
	e.Detail = &a.settings
}

// mailboxSubject adds the mailbox that an address, GUID, alias or path names.
func mailboxSubject(e *evict.Event, name string) {
	p := pathPrincipal(name)
	if p.Kind == evict.NoPrincipal {
		return
	}
	e.Subjects = append(e.Subjects, evict.Subject{Part: evict.Mailbox, Who: p, Label: name})
}

// pathPrincipal reads a mailbox or recipient as Exchange names it: an address,
// GUID, alias, or "SERVER/Microsoft Exchange Hosted Organizations/tenant/name".
func pathPrincipal(s string) evict.Principal {
	s = strings.TrimSpace(s)
	if i := strings.LastIndexByte(s, '/'); i >= 0 && !strings.HasPrefix(s, "/o=") {
		s = s[i+1:]
	}
	return personOf(s)
}

// login reads UserLoggedIn and UserLoginFailed.
func (d *Decoder) login(e *evict.Event) {
	a := &d.audit
	s := &a.signIn
	*s = evict.SignIn{Error: -1, AppID: guidIn(a.text(fApplication)), ResourceID: guidIn(a.text(fObject)), Reason: a.text(fLogonError), Request: a.ext("RequestType"), RiskEvents: s.RiskEvents[:0]}
	if n, ok := number(a.text(fErrorNumber)); ok && n >= 0 {
		s.Error = int(n)
	}
	s.Method = a.ext("UserAuthenticationMethod")
	s.Resource = a.text(fObject)
	if s.ResourceID != "" {
		s.Resource = ""
	}
	for _, f := range a.extended {
		switch lower(f.Name) {
		case "displayname":
			s.DeviceName = f.Value
		case "trusttype":
			s.Trust = trustType(f.Value)
		case "iscompliant":
			s.Compliant = triWord(f.Value)
		case "iscompliantandmanaged":
			if triWord(f.Value) == evict.Yes {
				s.Compliant, s.Managed = evict.Yes, evict.Yes
			}
		case "ismanaged":
			s.Managed = triWord(f.Value)
		}
	}
	request := lower(s.Request)
	switch {
	case strings.HasPrefix(request, "login:"):
		s.Interactive = evict.Yes
	case request == "oauth2:token" || request == "wstrust:wstrust":
		s.Interactive = evict.No
	}
	if strings.Contains(request, "devicecode") || strings.HasPrefix(request, "oauth2:deviceauth") {
		s.Protocol = "deviceCode"
	}
	s.Legacy = legacyClient("", e.Origin.UserAgent)
	e.Detail = s
}

// trustType is the number or word by which audit records name how a device is
// joined (0 Azure AD registered, 1 joined, 2 hybrid joined; from published records).
func trustType(s string) string {
	switch s {
	case "0":
		return "Azure AD registered"
	case "1":
		return "Azure AD joined"
	case "2":
		return "Hybrid Azure AD joined"
	}
	return s
}

// changesOf reads ModifiedProperties: objects, bare names, or an object by name.
func (d *Decoder) changesOf(v value) {
	a := &d.audit
	v = v.embedded(d.arena)
	a.props = a.props[:0]
	if v.isObject() {
		for k, x := range v.fields {
			a.props = append(a.props, evict.Change{Name: k, Old: x.find("OldValue").str(), New: firstOf(x.find("NewValue").str(), scalar(x))})
		}
		return
	}
	for x := range v.each {
		if !x.isObject() {
			a.props = append(a.props, evict.Change{Name: x.str()})
			continue
		}
		var c evict.Change
		for k, y := range x.fields {
			switch k {
			case "Name", "name", "displayName":
				c.Name = y.str()
			case "NewValue", "newValue":
				c.New = y.str()
			case "OldValue", "oldValue":
				c.Old = y.str()
			}
		}
		a.props = append(a.props, c)
	}
}

func scalar(v value) string {
	if v.isObject() || v.isArray() {
		return ""
	}
	return v.str()
}

// prop returns a property's new value.
func (a *auditScratch) prop(name string) string {
	for i := range a.props {
		if equalFold(a.props[i].Name, name) {
			return inner(a.props[i].New)
		}
	}
	return ""
}

// inner takes one value out of the JSON text in which Entra writes it: "x", or [\r\n  "x"\r\n].
func inner(s string) string {
	t := strings.Trim(s, " \r\n\t")
	if len(t) > 1 && t[0] == '[' && t[len(t)-1] == ']' {
		t = strings.Trim(t[1:len(t)-1], " \r\n\t")
	}
	if len(t) > 1 && t[0] == '"' && t[len(t)-1] == '"' && !strings.ContainsAny(t[1:len(t)-1], "\"\\") {
		return t[1 : len(t)-1]
	}
	return t
}

// directoryAct reads an Entra audit record of the unified audit log.
func (d *Decoder) directoryAct(e *evict.Event) {
	a := &d.audit
	d.changesOf(a.f[fModified])
	object := a.text(fObject)
	a.changes = evict.Changes{Object: object, Props: a.props, Extra: append(a.changes.Extra[:0], a.extended...)}
	e.Detail = &a.changes
	d.additional(e)
	target := a.f[fTarget].embedded(d.arena)
	who := personOf(object)
	var marked string // what kind of object the target list says it is
	var guid, name string
	for x := range target.each {
		id := strings.TrimSpace(x.find("ID", "Id").str())
		kind, _ := x.find("Type").num()
		switch {
		case id == "User" || id == "ServicePrincipal" || id == "Application" || id == "Group" || id == "Role" || id == "Device" || id == "Policy":
			if marked == "" {
				marked = id
			}
		case strings.HasPrefix(id, "User_") || strings.HasPrefix(id, "ServicePrincipal_") || strings.HasPrefix(id, "Application_") || strings.HasPrefix(id, "Group_") || strings.HasPrefix(id, "Device_"):
			if marked == "" {
				marked = id[:strings.IndexByte(id, '_')]
			}
			guid = firstOf(guid, guidIn(id[strings.IndexByte(id, '_')+1:]))
		case kind == 1 && name == "":
			name = id
		case guid == "" && isGUID(id) && marked != "":
			guid = lower(id)
		}
	}
	s := evict.Subject{Part: evict.Target, Label: firstOf(name, a.prop("DisplayName"))}
	switch marked {
	case "ServicePrincipal", "Application":
		s.Part = evict.Application
		s.Who = appPrincipal(firstOf(appIn(object), a.prop("AppPrincipalId"), a.prop("AppId")))
		if sp := servicePrincipal(guid); s.Who.Kind == evict.NoPrincipal {
			s.Who = sp
		} else if marked == "ServicePrincipal" && sp.Kind != evict.NoPrincipal && sp.ID != s.Who.ID {
			s.Aliases = []evict.Principal{sp}
		}
	case "User", "":
		if who.Kind == evict.Name || who.Kind == evict.NoPrincipal {
			who = objectID(guid)
		}
		s.Who = who
		if marked == "User" && who.IsPerson() {
			s.Aliases = d.identities(target, who)
		}
		if receives(e.Op) {
			s.Part = evict.Grantee
		}
	default:
		s.Who = objectID(firstOf(guid, guidIn(object)))
		if s.Who.Kind == evict.NoPrincipal {
			s.Who = evict.Principal{Kind: evict.Name, ID: firstOf(name, object)}
		}
	}
	if s.Who.Kind != evict.NoPrincipal && s.Who.ID != "" && !equalFold(s.Who.ID, "Not Available") {
		e.Subjects = append(e.Subjects, s)
	}
	switch {
	case a.prop("Role.DisplayName") != "":
		e.Subjects = append(e.Subjects, evict.Subject{Part: evict.Target, Who: evict.Principal{Kind: evict.Name, ID: a.prop("Role.DisplayName")}, Label: firstOf(a.prop("Role.TemplateId"), a.prop("Role.ObjectID"))})
	case a.prop("Group.ObjectID") != "":
		e.Subjects = append(e.Subjects, evict.Subject{Part: evict.Target, Who: objectID(a.prop("Group.ObjectID")), Label: a.prop("Group.DisplayName")})
	case a.prop("User.ObjectID") != "":
		u := personOf(firstOf(a.prop("User.UPN"), a.prop("User.ObjectID")))
		g := evict.Subject{Part: evict.Grantee, Who: u}
		if id := objectID(a.prop("User.ObjectID")); u.Kind == evict.UPN && id.Kind != evict.NoPrincipal {
			g.Aliases = []evict.Principal{id}
		}
		if u.Kind != evict.NoPrincipal {
			e.Subjects = append(e.Subjects, g)
		}
	}
}

// additional reads the JSON text that some acts carry about who asked.
func (d *Decoder) additional(e *evict.Event) {
	for x := range d.audit.f[fExtended].embedded(d.arena).each {
		if x.find("Name").str() != "additionalDetails" {
			continue
		}
		if o := x.find("Value").embedded(d.arena); o.isObject() && e.Origin.UserAgent == "" {
			e.Origin.UserAgent = o.find("User-Agent").str()
			e.Origin.Client = d.audit.clients.of(e.Origin.UserAgent)
		}
	}
}

// appIn finds an application ID in the ObjectId of a service principal act: the
// ID itself, or the last of its service principal names.
func appIn(object string) string {
	for _, part := range [...]string{object, object[strings.LastIndexByte(object, ';')+1:]} {
		if id := guidIn(part); id != "" {
			return id
		}
	}
	for part := range strings.SplitSeq(object, ";") {
		if id := guidIn(part); id != "" {
			return id
		}
	}
	return ""
}

// fileAct reads SharePoint and OneDrive records.
func (d *Decoder) fileAct(e *evict.Event) {
	a := &d.audit
	f := &a.file
	*f = evict.File{}
	for k, x := range a.v.fields {
		switch k {
		case "SourceFileName":
			f.Name = x.str()
		case "SiteUrl", "Site_Url":
			f.Site = x.str()
		case "SourceRelativeUrl":
			f.Path = x.str()
		case "TargetUserOrGroupName":
			f.SharedWith = x.str()
		case "SharingLinkScope", "SharingType":
			f.Link = firstOf(f.Link, x.str())
		case "EventData":
			if f.Link == "" {
				f.Link = linkType(x.str())
			}
		case "FileCount", "ItemCount":
			if n, ok := x.num(); ok {
				f.Count = int(min(max(n, 0), 1<<31-1))
			}
		}
	}
	if strings.Contains(a.op, "anonymous") {
		f.Link = firstOf(f.Link, "anonymous")
	}
	if f.Path == "" {
		f.Path = a.text(fObject)
	}
	if p := personOf(f.SharedWith); p.Kind == evict.UPN {
		e.Subjects = append(e.Subjects, evict.Subject{Part: evict.Grantee, Who: p})
	}
	e.Detail = f
}

// linkType finds the kind of link in the XML that sharing records carry.
func linkType(s string) string {
	_, rest, ok := strings.Cut(s, "<Type>")
	if t, _, closed := strings.Cut(rest, "</Type>"); ok && closed {
		return t
	}
	return ""
}

// chatAct reads Teams records.
func (d *Decoder) chatAct(e *evict.Event) {
	a := &d.audit
	c := &a.chat
	*c = evict.Chat{Members: c.Members[:0], Links: c.Links[:0], Extra: c.Extra[:0]}
	for k, x := range a.v.fields {
		switch k {
		case "ChatName", "TeamName", "ChannelName", "CommunicationType":
			if s := x.str(); s != "" && c.Name == "" && k != "CommunicationType" {
				c.Name = s
			} else if s != "" {
				c.Extra = append(c.Extra, evict.Field{Name: k, Value: s})
			}
		case "Members":
			for m := range x.embedded(d.arena).each {
				name := firstOf(m.find("UPN", "DisplayName").str(), scalar(m))
				if name == "" {
					continue
				}
				c.Members = append(c.Members, name)
				if p := personOf(m.find("UPN").str()); p.Kind == evict.UPN {
					e.Subjects = append(e.Subjects, evict.Subject{Part: evict.Recipient, Who: p, Label: m.find("DisplayName").str()})
				}
			}
		case "ParticipantInfo":
			o := x.embedded(d.arena)
			if t := o.find("HasForeignTenantUsers").tri(); t != evict.Unset {
				c.External = t
			}
			if o.find("HasGuestUsers").tri() == evict.Yes {
				c.External = evict.Yes
			}
		case "MessageURLs":
			for u := range x.embedded(d.arena).each {
				if s := scalar(u); s != "" {
					c.Links = append(c.Links, s)
				}
			}
		case "MessageBody", "MessageText":
			c.Text = x.str()
		case "ChatThreadId", "MessageId", "TeamGuid", "ResourceTenantId", "ItemName", "AddOnName", "AppDistributionMode":
			if s := x.str(); s != "" {
				c.Extra = append(c.Extra, evict.Field{Name: k, Value: s})
			}
		}
	}
	e.Detail = c
}

// alertAct reads alerts, threat intelligence records, investigations and
// hygiene events (a sender barred from sending, or let again).
func (d *Decoder) alertAct(e *evict.Event) {
	a := &d.audit
	al := &a.alert
	*al = evict.Alert{Entities: al.Entities[:0], Extra: al.Extra[:0]}
	entity := func(s string) {
		if s == "" || slices.Contains(al.Entities, s) {
			return
		}
		al.Entities = append(al.Entities, s)
		if p := personOf(s); p.Kind == evict.UPN && len(e.Subjects) < 64 {
			e.Subjects = append(e.Subjects, evict.Subject{Part: evict.Target, Who: p})
		}
	}
	for k, x := range a.v.fields {
		switch k {
		case "Name", "Title", "PolicyName", "Event":
			al.Name = firstOf(al.Name, scalar(x))
		case "Category", "InvestigationType", "Verdict":
			al.Category = firstOf(al.Category, scalar(x))
		case "Severity", "ThreatSeverity":
			al.Severity = scalar(x)
		case "Status":
			al.Status = scalar(x)
		case "AlertEntityId", "EventValue", "Recipients", "P2Sender", "UserLevelId":
			for r := range x.embedded(d.arena).each {
				entity(scalar(r))
			}
		case "Data", "Entities":
			d.alertData(x, entity, al)
			continue
		}
		if s := scalar(x); s != "" && !common(k) {
			al.Extra = append(al.Extra, evict.Field{Name: k, Value: s})
		}
	}
	if strings.EqualFold(a.text(fRecordType), "51") || strings.EqualFold(a.text(fRecordType), "HygieneEvent") {
		al.Category = firstOf(al.Category, "HygieneEvent")
	}
	al.Name = firstOf(al.Name, e.Op)
	e.Detail = al
}

// alertData reads an alert's Data: an object of short keys (f3u: the user, an:
// the policy's name, ad: its text ...), or a list of entities.
func (d *Decoder) alertData(x value, entity func(string), al *evict.Alert) {
	x = x.embedded(d.arena)
	if x.isObject() {
		for k, y := range x.fields {
			s := scalar(y)
			if s == "" {
				continue
			}
			if k == "f3u" || k == "tsd" || k == "trc" || k == "mid" && strings.Contains(s, "@") {
				for part := range strings.SplitSeq(s, ";") {
					entity(strings.TrimSpace(part))
				}
			}
			al.Extra = append(al.Extra, evict.Field{Name: "Data." + k, Value: s})
		}
		return
	}
	n := 0
	for y := range x.each {
		if n++; n > 256 {
			return
		}
		if s := firstOf(scalar(y), y.find("UserPrincipalName", "MailboxPrimaryAddress", "Recipient", "Sender", "AadUserId", "Upn").str()); s != "" {
			entity(s)
		}
	}
}

// common reports a field that every audit record has and that the event holds.
func common(k string) bool {
	s, ok := slotOf[k]
	return ok && s != fObject || k == "Version" || k == "Scope"
}

func (d *Decoder) riskAct(e *evict.Event) {
	a := &d.audit
	r := &a.risk
	*r = evict.Risk{Extra: r.Extra[:0]}
	for k, x := range a.v.fields {
		s := scalar(x)
		switch lower(k) {
		case "riskeventtype", "risktype":
			r.Type = s
		case "risklevel":
			r.Level = s
		case "riskstate":
			r.State = s
		case "riskdetail", "riskreason":
			r.Reason = s
		case "activity":
			r.Activity = s
		case "userprincipalname", "targetuser":
			if p := personOf(s); p.Kind == evict.UPN {
				e.Subjects = append(e.Subjects, evict.Subject{Part: evict.Target, Who: p})
			}
		default:
			if s != "" && !common(k) {
				r.Extra = append(r.Extra, evict.Field{Name: k, Value: s})
			}
		}
	}
	e.Detail = r
}

// searchAct reads a query that a person typed, or an eDiscovery search.
func (d *Decoder) searchAct(e *evict.Event) {
	a := &d.audit
	s := &a.search
	*s = evict.Search{Extra: append(s.Extra[:0], a.params...)}
	for k, x := range a.v.fields {
		v := scalar(x)
		if x.isArray() {
			v = x.raw()
		}
		if v == "" || v == "[]" {
			continue
		}
		switch k {
		case "Query", "QueryText", "SearchQuery", "SearchQueryText", "ContentMatchQuery", "ExchangeQuery":
			s.Query = firstOf(s.Query, v)
		case "ExchangeLocations", "SharepointLocations", "Scenario", "QuerySource":
			s.Scope = firstOf(s.Scope, v)
		}
		if !common(k) && !x.isArray() {
			s.Extra = append(s.Extra, evict.Field{Name: k, Value: v})
		}
	}
	s.Extra = append(s.Extra, a.extended...)
	s.Query = firstOf(s.Query, a.param("ContentMatchQuery"), a.param("SearchQuery"), a.param("KeywordQuery"), a.ext("Query"))
	s.Scope = firstOf(s.Scope, a.param("ExchangeLocation"), a.param("Mailbox"), a.text(fObject))
	if owner := personOf(a.f[fOwnerUPN].str()); owner.IsPerson() {
		e.Subjects = append(e.Subjects, evict.Subject{Part: evict.Mailbox, Who: owner})
	}
	e.Detail = s
}
