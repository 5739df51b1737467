package records

import (
	"strings"

	"evict"
)

// cmdlet reads an Exchange or compliance cmdlet.
func (d *Decoder) cmdlet(e *evict.Event) {
	a := &d.audit
	verb, noun, _ := strings.Cut(a.op, "-")
	switch noun {
	case "inboxrule":
		if d.ruleChange(e, verb) {
			return
		}
	case "sweeprule":
		if d.ruleChange(e, verb) {
			a.rule.Rule.Sweep = true
			return
		}
	case "transportrule":
		if d.ruleChange(e, verb) {
			a.rule.Transport = true
			return
		}
	case "mailboxpermission", "recipientpermission", "mailboxfolderpermission", "publicfolderclientpermission", "adpermission":
		if verb == "add" || verb == "remove" || verb == "set" {
			d.permission(e, verb, noun)
			return
		}
	case "compliancesearch", "compliancesearchaction", "mailboxsearch", "compliancecase", "caseholdpolicy":
		d.searchAct(e)
		return
	}
	a.settings = evict.Settings{Object: a.text(fObject), Params: a.params}
	e.Detail = &a.settings
	object := firstOf(a.param("Identity"), a.text(fObject))
	switch {
	case mailboxNoun(noun):
		mailboxSubject(e, object)
	case noun == "rolegroupmember" || noun == "distributiongroupmember" || noun == "unifiedgrouplinks":
		e.Subjects = append(e.Subjects, evict.Subject{Part: evict.Target, Who: evict.Principal{Kind: evict.Name, ID: object}, Label: object})
		for member := range strings.SplitSeq(firstOf(a.param("Member"), a.param("Members"), a.param("Links")), ";") {
			grantee(e, member)
		}
	case noun == "managementroleassignment":
		grantee(e, firstOf(a.param("User"), a.param("SecurityGroup")))
	default:
		if p := pathPrincipal(object); p.IsPerson() {
			e.Subjects = append(e.Subjects, evict.Subject{Part: evict.Target, Who: p, Label: object})
		}
	}
	for to := range strings.SplitSeq(a.param("GrantSendOnBehalfTo"), ";") {
		grantee(e, to)
	}
}

// mailboxNoun reports a cmdlet that changes one mailbox or its user.
func mailboxNoun(noun string) bool {
	switch noun {
	case "mailbox", "casmailbox", "user", "mailuser", "mailboxautoreplyconfiguration", "mailboxmessageconfiguration", "mailboxjunkemailconfiguration", "mailboxcalendarconfiguration",
		"mailboxregionalconfiguration", "mailboxauditbypassassociation", "mailboxfolder", "calendarprocessing", "clutter", "focusedinbox", "textmessagingaccount", "recipient", "mailboxrestorerequest", "mailboxexportrequest", "userphoto", "unifiedgroup", "distributiongroup", "mailboxsearchfolder", "remotemailbox", "mobiledevice":
		return true
	}
	return false
}

func grantee(e *evict.Event, name string) {
	if p := pathPrincipal(name); p.Kind != evict.NoPrincipal {
		e.Subjects = append(e.Subjects, evict.Subject{Part: evict.Grantee, Who: p, Label: name})
	}
}

// list splits a value that Exchange joins with semicolons.
func (a *auditScratch) list(s string) []string {
	from := len(a.texts)
	for part := range strings.SplitSeq(s, ";") {
		if part = strings.TrimSpace(part); part != "" {
			a.texts = append(a.texts, part)
		}
	}
	if len(a.texts) == from {
		return nil
	}
	return a.texts[from:len(a.texts):len(a.texts)]
}

// people splits recipients, which may come as "Name" [SMTP:a@b], smtp:a@b or plain.
func (a *auditScratch) people(s string) []string {
	out := a.list(s)
	for i, p := range out {
		if j := strings.Index(lower(p), "[smtp:"); j >= 0 {
			if k := strings.IndexByte(p[j:], ']'); k > 0 {
				p = p[j+6 : j+k]
			}
		}
		if len(p) > 5 && equalFold(p[:5], "smtp:") {
			p = p[5:]
		}
		out[i] = strings.Trim(p, `"`)
	}
	return out
}

// ruleChange reads New-, Set-, Enable-, Disable- and Remove- of a rule.
func (d *Decoder) ruleChange(e *evict.Event, verb string) bool {
	a := &d.audit
	r := &a.rule
	set, other := r.Rule.Set[:0], r.Rule.Other[:0]
	*r = evict.Rule{Params: a.params}
	r.Rule = evict.InboxRule{Other: other, BodyKnown: true}
	rule := &r.Rule
	switch verb {
	case "new":
		r.Change, rule.Enabled = evict.RuleMade, evict.Yes
	case "set":
		r.Change = evict.RuleChanged
	case "enable":
		r.Change, rule.Enabled = evict.RuleEnabled, evict.Yes
	case "disable":
		r.Change, rule.Enabled = evict.RuleDisabled, evict.No
	case "remove":
		r.Change = evict.RuleRemoved
	default:
		return false
	}
	// Of a damaged record only what is still there is known, as of a change.
	damaged := (e.Flags|d.arena.flags)&evict.Damaged != 0
	for _, p := range a.params {
		if a.ruleParam(rule, p.Name, p.Value) && (verb == "set" || damaged) {
			set = append(set, p.Name)
		}
	}
	if verb == "enable" || verb == "disable" {
		set = append(set, "Enabled")
	}
	if verb != "new" || damaged {
		if set == nil {
			set = []string{} // nil would say that the body is complete
		}
		rule.Set, rule.BodyKnown = set, len(set) > 0
	}
	a.ruleNames(e, rule)
	e.Detail = r
	return true
}

// ruleNames finds the rule's ID and name, and the mailbox it is in. Without a
// Mailbox parameter and another mailbox in the path, a rule is in the caller's own.
func (a *auditScratch) ruleNames(e *evict.Event, rule *evict.InboxRule) {
	identity := firstOf(a.param("Identity"), a.text(fObject))
	object := a.text(fObject)
	mailbox, id := cutRule(identity)
	inObject, objectID := cutRule(object)
	rule.ID = firstOf(id, objectID)
	if rule.Name == "" {
		// An ID of Outlook is a number; a name may be anything, a blank too.
		for _, n := range [...]string{objectID, id} {
			if n != "" && !digitsOnly(n) {
				rule.Name = n
				break
			}
		}
	}
	where := firstOf(a.param("Mailbox"), mailbox, inObject)
	p := pathPrincipal(where)
	switch {
	case a.param("Mailbox") != "" || p.Kind == evict.UPN || p.Kind == evict.ObjectID:
	case e.Actor.Kind == evict.UPN && (where == "" || p.Kind == evict.Name && ownAlias(e.Actor.ID, p.ID)):
		p = e.Actor
	}
	if strings.HasSuffix(a.op, "transportrule") {
		return
	}
	if p.Kind != evict.NoPrincipal {
		e.Subjects = append(e.Subjects, evict.Subject{Part: evict.Mailbox, Who: p, Label: where})
	}
}

// ownAlias reports whether an alias is the local part of the address: Exchange
// writes the mailbox of a rule so, and gives aliases from addresses.
func ownAlias(upn, alias string) bool {
	at := strings.IndexByte(upn, '@')
	return at > 0 && strings.EqualFold(upn[:at], alias)
}

// cutRule cuts mailbox\rule.
func cutRule(s string) (mailbox, rule string) {
	i := strings.IndexByte(s, '\\')
	if i < 0 {
		return "", s
	}
	return s[:i], strings.TrimPrefix(s[i+1:], "\\")
}

func digitsOnly(s string) bool {
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return false
		}
	}
	return s != ""
}

// ruleParam takes one parameter into the rule; false for what is no part of it
// (names, switches of the cmdlet).
func (a *auditScratch) ruleParam(r *evict.InboxRule, name, v string) bool {
	switch lower(name) {
	case "name":
		r.Name = v
	case "enabled":
		r.Enabled = triWord(v)
	case "mode", "state":
		r.Enabled = evict.Yes
		if !equalFold(v, "Enforce") && !equalFold(v, "Enabled") {
			r.Enabled = evict.No // Audit, AuditAndNotify, Disabled: it does nothing to mail
		}
	case "from", "sender":
		r.From = a.people(v)
	case "sentto":
		r.SentTo = a.people(v)
	case "subjectcontainswords", "subjectmatchespatterns":
		r.Subject = a.list(v)
	case "bodycontainswords":
		r.Body = a.list(v)
	case "subjectorbodycontainswords", "subjectorbodymatchespatterns":
		r.SubjectOrBody = a.list(v)
	case "headercontainswords", "headercontainsmessageheader":
		r.Header = a.list(v)
	case "fromaddresscontainswords", "recipientaddresscontainswords":
		r.Recipient = append(r.Recipient[:len(r.Recipient):len(r.Recipient)], a.list(v)...)
	case "hasattachment":
		r.HasAttachment = triWord(v)
	case "withinsizerangeminimum":
		r.MinSize, _ = number(strings.TrimSpace(strings.TrimSuffix(v, "B")))
		r.Other = append(r.Other, evict.Field{Name: name, Value: v})
	case "deletemessage":
		r.Delete = triWord(v)
	case "softdeletemessage":
		r.SoftDelete = triWord(v)
	case "movetofolder", "destinationfolder":
		r.MoveTo = v
	case "copytofolder":
		r.CopyTo = v
	case "forwardto", "copyto", "addtorecipients":
		r.Forward = a.people(v)
	case "forwardasattachmentto":
		r.ForwardAttached = a.people(v)
	case "redirectto", "redirectmessageto":
		r.Redirect = a.people(v)
	case "blindcopyto":
		r.BlindCopy = a.people(v)
	case "sendtextmessagenotificationto":
		r.SMS = a.list(v)
	case "markasread":
		r.MarkRead = triWord(v)
	case "stopprocessingrules", "stopruleprocessing":
		r.Stop = triWord(v)
	case "identity", "mailbox", "force", "confirm", "alwaysdeleteoutlookrulesblob", "whatif", "debug", "verbose", "erroraction", "domaincontroller":
		return false
	default:
		r.Other = append(r.Other, evict.Field{Name: name, Value: v})
	}
	return true
}

// permission reads a right on a mailbox or folder, given or taken away.
func (d *Decoder) permission(e *evict.Event, verb, noun string) {
	a := &d.audit
	r := &a.right
	*r = evict.Right{Removed: verb == "remove", Params: a.params}
	from := len(a.texts)
	for part := range strings.FieldsFuncSeq(firstOf(a.param("AccessRights"), a.param("ExtendedRights")), func(c rune) bool { return c == ',' || c == ';' }) {
		if part = strings.TrimSpace(part); part != "" {
			a.texts = append(a.texts, part)
		}
	}
	r.Rights = a.texts[from:len(a.texts):len(a.texts)]
	where := firstOf(a.param("Identity"), a.text(fObject))
	if noun == "mailboxfolderpermission" || noun == "publicfolderclientpermission" {
		if box, folder, ok := strings.Cut(where, ":"); ok {
			where, r.Folder = box, folder
		} else if box, folder, ok := strings.Cut(where, `\`); ok {
			where, r.Folder = box, `\`+folder
		}
		if r.Folder == "" {
			r.Folder = `\`
		}
	}
	mailboxSubject(e, where)
	grantee(e, firstOf(a.param("User"), a.param("Trustee"), a.param("Owner")))
	e.Detail = r
}

// mailboxAct reads a record of mailbox auditing.
func (d *Decoder) mailboxAct(e *evict.Event) {
	a := &d.audit
	d.ownerSubject(e)
	switch a.op {
	case "send", "sendas", "sendonbehalf":
		d.sentMail(e)
	case "mailitemsaccessed", "attachmentaccess", "messagebind", "folderbind":
		d.accessed(e)
	case "updateinboxrules":
		d.outlookRule(e)
	case "addfolderpermissions", "modifyfolderpermissions", "updatefolderpermissions", "removefolderpermissions", "updatecalendardelegation":
		d.folderRight(e)
	case "searchqueryinitiatedexchange", "searchqueryinitiatedsharepoint":
		e.Subjects = e.Subjects[:0]
		d.searchAct(e)
	case "mailboxlogin":
	default:
		d.movedMail(e)
	}
}

// ownerSubject is the mailbox that was touched.
func (d *Decoder) ownerSubject(e *evict.Event) {
	a := &d.audit
	owner, sid := personOf(a.f[fOwnerUPN].str()), personOf(a.f[fOwnerSID].str())
	s := evict.Subject{Part: evict.Mailbox, Who: owner}
	switch {
	case owner.Kind == evict.NoPrincipal && sid.Kind == evict.SID:
		s.Who = sid
	case owner.Kind == evict.NoPrincipal:
		if e.Actor.IsPerson() && a.text(fLogonType) == "0" {
			s.Who = e.Actor
		}
	case sid.Kind == evict.SID:
		from := len(a.aliases)
		a.aliases = append(a.aliases, sid)
		s.Aliases = a.aliases[from:len(a.aliases):len(a.aliases)]
	}
	if s.Who.Kind != evict.NoPrincipal {
		e.Subjects = append(e.Subjects, s)
	}
}

// part opens a field that may be JSON text (Azure Monitor has it so).
func (d *Decoder) part(s slot) value { return d.audit.f[s].embedded(d.arena) }

// message reads one item.
func (d *Decoder) message(x value, m *evict.Message) {
	*m = evict.Message{Attachments: m.Attachments[:0]}
	for k, y := range x.fields {
		switch k {
		case "InternetMessageId":
			m.ID = y.str()
		case "Subject":
			m.Subject = y.str()
		case "ParentFolder":
			m.Folder = folderPath(y)
		case "SizeInBytes":
			m.Size, _ = y.num()
		case "Attachments":
			m.Attachments = attachments(y.str(), m.Attachments)
		}
	}
}

// folderPath is a folder's path, or its name where the path is not available.
func folderPath(x value) string {
	p := x.find("Path").str()
	if p == "" || p == "Not Available" {
		p = firstOf(x.find("Name").str(), p)
	}
	return p
}

// attachments reads "name.pdf (12345b); other.docx (1b)".
func attachments(s string, out []string) []string {
	for s != "" {
		part, rest, _ := strings.Cut(s, "b);") // a name may hold a semicolon
		s = strings.TrimSpace(rest)
		part = strings.TrimSuffix(strings.TrimSpace(part), "b)")
		if i := strings.LastIndex(part, " ("); i > 0 && digitsOnly(part[i+2:]) {
			part = part[:i]
		}
		if part != "" {
			out = append(out, part)
		}
	}
	return out
}

func (d *Decoder) sentMail(e *evict.Event) {
	a := &d.audit
	s := &a.sent
	*s = evict.Sent{Message: s.Message, Recipients: s.Recipients[:0]}
	d.message(d.part(fItem), &s.Message)
	for k, x := range a.v.fields {
		switch k {
		case "SendAsUserSmtp", "SendOnBehalfOfUserSmtp", "SendOnBehalfOfUserUPN":
			s.As = firstOf(x.str(), s.As)
		case "SaveToSentItems":
			s.SaveToSent = x.tri()
		case "recipientCount", "RecipientCount":
			if n, ok := x.num(); ok {
				s.Total = int(min(max(n, 0), 1<<31-1))
			}
		case "recipientList", "RecipientList", "Recipients":
			for r := range x.embedded(d.arena).each {
				if addr := firstOf(r.find("Address", "EmailAddress", "SmtpAddress").str(), scalar(r)); addr != "" {
					s.Recipients = append(s.Recipients, addr)
				}
			}
		}
	}
	s.Total = max(s.Total, len(s.Recipients))
	if p := personOf(s.As); p.Kind == evict.UPN && p != e.Actor {
		owner := e.Subject(evict.Mailbox)
		if owner.Who != p {
			e.Subjects = append(e.Subjects, evict.Subject{Part: evict.Mailbox, Who: p, Label: "sent as"})
		}
	}
	e.Detail = s
}

// accessed reads what was opened. Sync names the folder only; the whole of it
// may have been read.
func (d *Decoder) accessed(e *evict.Event) {
	a := &d.audit
	acc := &a.access
	*acc = evict.Access{Folders: acc.Folders[:0], Messages: acc.Messages[:0]}
	// e.Detail's slices are reused; OperationProperties is a list of names and values.
	from := len(a.extended)
	a.extended = fieldsOf(a.f[fProperties], d.arena, a.extended)
	for _, p := range a.extended[from:] {
		switch p.Name {
		case "MailAccessType":
			acc.Sync = equalFold(p.Value, "Sync")
		case "IsThrottled":
			acc.Throttled = equalFold(p.Value, "True")
		}
	}
	for _, s := range [...]slot{fFolders, fMessages} {
		for f := range d.part(s).each {
			path := folderPath(f)
			if path != "" {
				acc.Folders = append(acc.Folders, path)
			}
			for item := range f.find("FolderItems", "MessageItems").each {
				d.addMessage(&acc.Messages, item, path)
			}
		}
	}
	if item := d.part(fItem); item.isObject() {
		if path := folderPath(item.find("ParentFolder")); path != "" {
			acc.Folders = append(acc.Folders, path)
		}
		if item.find("InternetMessageId").str() != "" {
			d.addMessage(&acc.Messages, item, "")
		}
	}
	if f := d.part(fFolder); f.isObject() {
		if path := folderPath(f); path != "" {
			acc.Folders = append(acc.Folders, path)
		}
	}
	if n, ok := a.f[fCount].num(); ok {
		acc.Count = int(min(max(n, 0), 1<<31-1))
	}
	acc.Count = max(acc.Count, len(acc.Messages))
	if a.op == "mailitemsaccessed" && !acc.Sync && e.Time.Set && e.Time.Prec == evict.Second {
		e.Time.Prec = evict.TwoMinutes // binds are gathered over two minutes
	}
	e.Detail = acc
}

// addMessage adds a message, reusing the memory of one that stood there before.
func (d *Decoder) addMessage(list *[]evict.Message, item value, folder string) {
	n := len(*list)
	if n < cap(*list) {
		*list = (*list)[:n+1]
	} else {
		*list = append(*list, evict.Message{})
	}
	m := &(*list)[n]
	d.message(item, m)
	if m.Folder == "" {
		m.Folder = folder
	}
}

// movedMail reads deletions, moves, copies, creations and updates.
func (d *Decoder) movedMail(e *evict.Event) {
	a := &d.audit
	m := &a.moved
	*m = evict.Moved{Messages: m.Messages[:0], Changed: m.Changed[:0], Folder: folderPath(d.part(fFolder)), Dest: folderPath(d.part(fDest))}
	for x := range d.part(fAffected).each {
		if x.isObject() {
			d.addMessage(&m.Messages, x, m.Folder)
		}
	}
	if item := d.part(fItem); item.isObject() {
		d.addMessage(&m.Messages, item, m.Folder)
		if m.Folder == "" {
			m.Folder = m.Messages[len(m.Messages)-1].Folder
		}
	}
	for x := range d.part(fModified).each {
		if name := firstOf(scalar(x), x.find("Name").str()); name != "" {
			m.Changed = append(m.Changed, name)
		}
	}
	if n, ok := a.f[fCount].num(); ok {
		m.Count = int(min(max(n, 0), 1<<31-1))
	}
	m.Count = max(m.Count, len(m.Messages))
	e.Detail = m
}

// folderRight reads rights on a folder, from the mailbox's own auditing.
func (d *Decoder) folderRight(e *evict.Event) {
	a := &d.audit
	r := &a.right
	*r = evict.Right{Removed: a.op == "removefolderpermissions", Params: append(a.params, a.extended...)}
	folder := d.part(fItem).find("ParentFolder").embedded(d.arena)
	if !folder.isObject() {
		folder = d.part(fFolder)
	}
	r.Folder = folderPath(folder)
	from := len(a.texts)
	for part := range strings.SplitSeq(folder.find("MemberRights").str(), ",") {
		if part = strings.TrimSpace(part); part != "" {
			a.texts = append(a.texts, part)
		}
	}
	r.Rights = a.texts[from:len(a.texts):len(a.texts)]
	member := personOf(folder.find("MemberUpn").str())
	g := evict.Subject{Part: evict.Grantee, Who: member, Label: folder.find("MemberUpn").str()}
	if sid := personOf(folder.find("MemberSid").str()); sid.Kind == evict.SID {
		switch {
		case g.Who.Kind == evict.NoPrincipal:
			g.Who = sid
		case g.Who.Kind == evict.UPN:
			from := len(a.aliases)
			a.aliases = append(a.aliases, sid)
			g.Aliases = a.aliases[from:len(a.aliases):len(a.aliases)]
		}
	}
	if g.Who.Kind != evict.NoPrincipal {
		e.Subjects = append(e.Subjects, g)
	}
	e.Detail = r
}

// outlookRule reads UpdateInboxRules, by which Outlook itself writes rules. An
// Add has the body; a Modify has only the rule's ID, and then what the rule
// does is not known.
func (d *Decoder) outlookRule(e *evict.Event) {
	a := &d.audit
	from := len(a.params)
	a.params = fieldsOf(a.f[fProperties], d.arena, a.params)
	props := a.params[from:]
	r := &a.rule
	other := r.Rule.Other[:0]
	*r = evict.Rule{Params: props, Change: evict.RuleChanged}
	r.Rule = evict.InboxRule{Other: other}
	rule := &r.Rule
	var actions, condition string
	for _, p := range props {
		switch p.Name {
		case "RuleOperation":
			switch op := lower(p.Value); {
			case strings.HasPrefix(op, "add"):
				r.Change = evict.RuleMade
			case strings.HasPrefix(op, "remove") || strings.HasPrefix(op, "delete"):
				r.Change = evict.RuleRemoved
			}
		case "RuleId":
			rule.ID = p.Value
		case "RuleName", "Name":
			rule.Name = p.Value
		case "RuleState":
			for part := range strings.SplitSeq(p.Value, ",") {
				switch lower(strings.TrimSpace(part)) {
				case "enabled":
					rule.Enabled = evict.Yes
				case "disabled", "none":
					rule.Enabled = evict.No
				case "exitafterexecution":
					rule.Stop = evict.Yes
				}
			}
			if p.Value != "" && rule.Enabled == evict.Unset {
				rule.Enabled = evict.No
			}
		case "RuleCondition":
			condition = p.Value
		case "RuleActions":
			actions = p.Value
		}
	}
	rule.BodyKnown = d.outlookActions(rule, actions)
	if condition = strings.TrimSpace(condition); condition != "" && condition != "{}" {
		rule.BodyKnown = true
		rule.Other = append(rule.Other, evict.Field{Name: "RuleCondition", Value: condition})
		a.outlookCondition(rule, condition)
	}
	if r.Change == evict.RuleChanged && !rule.BodyKnown {
		rule.Set = []string{}
	}
	e.Detail = r
}

// outlookActions reads [{"ActionType":"Move","DestinationFolderId":"..."}]; false if there are none.
func (d *Decoder) outlookActions(rule *evict.InboxRule, text string) bool {
	if text = strings.TrimSpace(text); len(text) < 2 || text[0] != '[' {
		return false
	}
	list, _, err := parse(text, d.arena)
	if err != nil {
		return false
	}
	a := &d.audit
	known := false
	for x := range list.each {
		kind := x.find("ActionType", "Type").str()
		if kind == "" {
			continue
		}
		known = true
		from := len(a.texts)
		for r := range x.find("Recipients", "Addresses", "To").embedded(d.arena).each {
			if addr := firstOf(r.find("Address", "EmailAddress", "SmtpAddress", "SMTP", "DisplayName").str(), scalar(r)); addr != "" {
				for part := range strings.SplitSeq(addr, ";") {
					if part = strings.TrimSpace(part); part != "" {
						a.texts = append(a.texts, trimSMTP(part))
					}
				}
			}
		}
		to := a.texts[from:len(a.texts):len(a.texts)]
		folder := x.find("DestinationFolderName", "DestinationFolderPath", "DestinationFolder", "DestinationFolderId", "FolderId").str()
		switch low := lower(kind); {
		case strings.Contains(low, "redirect") || strings.Contains(low, "delegate"):
			rule.Redirect = append(rule.Redirect, to...)
		case strings.Contains(low, "forward") && strings.Contains(low, "attach"):
			rule.ForwardAttached = append(rule.ForwardAttached, to...)
		case strings.Contains(low, "forward"):
			rule.Forward = append(rule.Forward, to...)
		case strings.Contains(low, "copy"):
			rule.CopyTo = firstOf(folder, rule.CopyTo)
		case strings.Contains(low, "move"):
			rule.MoveTo = firstOf(folder, rule.MoveTo)
		case strings.Contains(low, "delete"):
			rule.Delete = evict.Yes
		case strings.Contains(low, "markasread"):
			rule.MarkRead = evict.Yes
		default:
			rule.Other = append(rule.Other, evict.Field{Name: kind, Value: x.raw()})
		}
	}
	return known
}

func trimSMTP(s string) string {
	if len(s) > 5 && equalFold(s[:5], "smtp:") {
		return s[5:]
	}
	return s
}

// outlookCondition finds the senders in MAPI's restriction text, such as
// ((SenderSearchKey Equal SMTP:X@Y)).
func (a *auditScratch) outlookCondition(rule *evict.InboxRule, s string) {
	from := len(a.texts)
	for {
		_, rest, ok := strings.Cut(s, "SenderSearchKey")
		if !ok {
			break
		}
		if i := strings.Index(rest, "SMTP:"); i >= 0 && i < 24 {
			addr := rest[i+5:]
			if end := strings.IndexAny(addr, ") ,;\x00"); end >= 0 {
				addr = addr[:end]
			}
			a.texts = append(a.texts, addr)
		}
		s = rest
	}
	rule.From = a.texts[from:len(a.texts):len(a.texts)]
}
