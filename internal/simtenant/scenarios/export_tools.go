package scenarios

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"evict/internal/simtenant"
)

// What people have who work with PowerShell, alone or by one of the collections
// of scripts for such cases. The collections' file names are from memory; the
// program tells files by what is in them.

// An owned object is one object of a state, and whose it is.
type ownedObject struct {
	of   *simtenant.User // nil: the tenant's
	kind string          // Graph's type of it, "" where it has none
	obj  map[string]any
}

// objects asks for one kind of state and leaves out what only the wire has.
func (x *exporter) objects(file string, whom func(*simtenant.User) bool) ([]ownedObject, error) {
	return x.objectsOf(dumpOf(file), whom)
}

func (x *exporter) objectsOf(d dump, whom func(*simtenant.User) bool) ([]ownedObject, error) {
	list := []*simtenant.User{nil}
	if d.each {
		list = x.whom()
	}
	var out []ownedObject
	for _, u := range list {
		if u != nil && whom != nil && !whom(u) {
			continue
		}
		rows, err := x.ask(d, u)
		if simtenant.IsAbsent(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			var o map[string]any
			d := json.NewDecoder(bytes.NewReader(row))
			d.UseNumber() // a rule's number has up to 20 digits
			if err := d.Decode(&o); err != nil {
				return nil, err
			}
			kind, _ := o["@odata.type"].(string)
			for k := range o {
				if strings.Contains(k, "@") {
					delete(o, k)
				}
			}
			out = append(out, ownedObject{u, strings.TrimPrefix(kind, "#microsoft.graph."), o})
		}
	}
	return out, nil
}

func dumpOf(file string) dump {
	for _, d := range dumps {
		if d.file == file {
			return d
		}
	}
	panic("no state is called " + file) // unreachable: the names are ours
}

// psJSON is ConvertTo-Json | Out-File of Windows PowerShell: one object is no
// list, and the text is UTF-16.
func (x *exporter) psJSON(name, source, file string) error {
	rows, err := x.objects(file, nil)
	if err != nil {
		return err
	}
	s := x.ofState(source)
	s.Rows = len(rows)
	return x.write(name, s, func(out *bufio.Writer) error {
		var list []map[string]any
		for _, o := range rows {
			list = append(list, o.obj)
		}
		v := any(list)
		switch len(list) {
		case 0:
			v = []any{}
		case 1:
			v = list[0]
		}
		b, err := json.MarshalIndent(v, "", "    ")
		if err != nil {
			return err
		}
		wide(out, strings.ReplaceAll(string(b), "\n", "\r\n")+"\r\n", true)
		return nil
	})
}

// lost is what Export-Csv prints for a list.
const lost = "System.Collections.ArrayList"

// psCSV is Export-Csv of objects as they are: lists are lost, but for those
// whose type prints itself.
func (x *exporter) psCSV(name string, s stated, rows []ownedObject) error {
	s.Rows = len(rows)
	return x.write(name, s, func(out *bufio.Writer) error {
		t := table{out, true}
		if len(rows) == 0 {
			return emptyIf(out, true)
		}
		columns := sortedNames(rows[0].obj)
		t.row(columns...)
		for _, o := range rows {
			cells := make([]string, len(columns))
			for i, c := range columns {
				cells[i] = cell(o.obj[c], ", ")
				if _, isList := o.obj[c].([]any); isList && c == "AccessRights" {
					cells[i] = "{" + cells[i] + "}"
				} else if isList {
					cells[i] = lost
				}
			}
			t.row(cells...)
		}
		return nil
	})
}

// exportPowerShell is a session of Exchange's and Graph's modules: the audit log
// by a search, sign-ins without how they went, state as JSON.
func exportPowerShell(x *exporter) error {
	if err := x.searchRows("UnifiedAuditLog.csv", searchMost); err != nil {
		return err
	}
	if err := x.moduleSignIns("SignIns.csv"); err != nil {
		return err
	}
	if err := x.traceRows("MessageTrace.csv"); err != nil {
		return err
	}
	for _, f := range [][3]string{
		{"InboxRules.json", "inbox rules", "inbox-rules"}, {"SweepRules.json", "sweep rules", "sweep-rules"}, {"Mailboxes.json", "mailboxes", "mailboxes"}, {"CASMailboxes.json", "protocols", "cas-mailboxes"},
		{"MailboxPermissions.json", "mailbox permissions", "mailbox-permissions"}, {"RecipientPermissions.json", "send-as permissions", "send-as"}, {"Junk.json", "mailbox junk settings", "junk"},
		{"AutoReplies.json", "mailbox auto-replies", "auto-replies"}, {"Signatures.json", "mailbox signatures", "signatures"}, {"TransportRules.json", "transport rules", "transport-rules"},
		{"InboundConnectors.json", "connectors", "inbound-connectors"}, {"OutboundConnectors.json", "connectors", "outbound-connectors"}, {"BlockedSenders.json", "restricted senders", "restricted-senders"},
	} {
		if err := x.psJSON(f[0], f[1], f[2]); err != nil {
			return err
		}
	}
	return nil
}

// moduleSignIns is Get-MgAuditLogSignIn | Export-Csv: interactive ones, whose
// status, place and device are only the names of their types.
func (x *exporter) moduleSignIns(name string) error {
	at, _ := x.signIns()
	const model = "Microsoft.Graph.PowerShell.Models.MicrosoftGraph"
	return x.signInTable(name, "interactive sign-ins", at, true, "Id,CreatedDateTime,UserDisplayName,UserPrincipalName,UserId,AppDisplayName,AppId,IPAddress,ClientAppUsed,CorrelationId,ConditionalAccessStatus,IsInteractive,ResourceDisplayName,RiskState,Status,Location,DeviceDetail", func(t table, s *signIn) {
		t.row(s.ID, s.time().Format(usTime), s.UserDisplayName, s.UserPrincipalName, s.UserID, s.AppDisplayName, s.AppID, s.IPAddress, s.ClientAppUsed, s.CorrelationID, s.ConditionalAccessStatus, word(s.IsInteractive), s.ResourceDisplayName, s.RiskState, model+"SignInStatus", model+"SignInLocation", model+"DeviceDetail")
	})
}

// extractor makes the bundle of the Microsoft Extractor Suite, with the audit
// log in one of the forms that it has.
func extractor(form string) func(*exporter) error {
	return func(x *exporter) error {
		for _, write := range []func() error{
			func() error { return x.extractorAudit(form) },
			x.extractorSignIns,
			x.extractorRules,
			x.extractorGraphRules,
			x.extractorTransport,
			x.extractorRights,
			x.extractorSwitches,
			x.extractorIdentity,
			func() error { return x.traceRows("MessageTrace/MTL.csv") },
		} {
			if err := write(); err != nil {
				return err
			}
		}
		return nil
	}
}

// extractorSignIns are Graph's pages one after the other in one file.
func (x *exporter) extractorSignIns() error {
	at, behind := x.signIns()
	for _, f := range []struct {
		name, source string
		v            simtenant.LogView
	}{
		{"SignInLogs/InteractiveUser-SignInLogsGraph.json", "interactive sign-ins", at},
		{"SignInLogs/NonInteractiveUser-SignInLogsGraph.json", "non-interactive sign-ins", behind},
		{"EntraAuditLogs/AuditlogsGraph.json", "directory audits", x.log(simtenant.DirectoryRecord)},
	} {
		err := x.write(f.name, x.ofLog(f.source, f.v), func(out *bufio.Writer) error {
			const perPage = 1000
			for rest := f.v.Records; len(rest) > 0; {
				n := min(perPage, len(rest))
				list(out, rest[:n], bodyOf)
				out.WriteString("\r\n")
				rest = rest[n:]
			}
			return emptyIf(out, len(f.v.Records) == 0)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// extractorRules is Get-MailboxRules: rules that Outlook hides are not in it.
func (x *exporter) extractorRules() error {
	rows, err := x.objectsOf(dump{cmdlet: "Get-InboxRule", params: params{"Mailbox": "{id}"}, each: true}, nil)
	if err != nil {
		return err
	}
	const columns = "RuleName,Enabled,Priority,RuleIdentity,StopProcessingRules,CopyToFolder,MoveToFolder,RedirectTo,ForwardTo,ForwardAsAttachmentTo,ApplyCategory,MarkImportance,MarkAsRead,DeleteMessage,SoftDeleteMessage,From,SubjectContainsWords,SubjectOrBodyContainsWords,BodyContainsWords,HasAttachment,Description,InError,ErrorType"
	s := x.ofState("inbox rules")
	s.Complete, s.Why = false, "hidden rules are not shown"
	return x.objectTable("MailboxRules/InboxRules.csv", true, s, "UserName,"+columns, rows, func(o ownedObject, column string) any {
		switch column {
		case "UserName":
			return o.of.UPN
		case "RuleName":
			return o.obj["Name"]
		}
		return o.obj[column]
	})
}

// objectTable is a CSV of objects by chosen columns, lists joined.
func (x *exporter) objectTable(name string, all bool, s stated, columns string, rows []ownedObject, value func(o ownedObject, column string) any) error {
	s.Rows = len(rows)
	return x.write(name, s, func(out *bufio.Writer) error {
		t := table{out, all}
		t.header(columns)
		names := strings.Split(columns, ",")
		for _, o := range rows {
			cells := make([]string, len(names))
			for i, c := range names {
				cells[i] = cell(value(o, c), ", ")
			}
			t.row(cells...)
		}
		return nil
	})
}

// extractorGraphRules is the same by Graph, whose words differ.
func (x *exporter) extractorGraphRules() error {
	rows, err := x.objects("message-rules", nil)
	if err != nil {
		return err
	}
	s := x.ofState("inbox rules")
	s.Complete, s.Why = false, "hidden rules are not shown"
	in := func(o ownedObject, part, name string) any {
		m, _ := o.obj[part].(map[string]any)
		return m[name]
	}
	return x.objectTable("MailboxRules/InboxRules-Graph.csv", true, s, "UserPrincipalName,RuleName,RuleId,Sequence,Enabled,ForwardTo,RedirectTo,ForwardAsAttachment,Delete,PermanentDelete,MoveToFolder,StopProcessingRules,MarkAsRead,From,SubjectContains,BodyContains,HasAttachments", rows, func(o ownedObject, column string) any {
		switch column {
		case "UserPrincipalName":
			return o.of.UPN
		case "RuleName":
			return o.obj["displayName"]
		case "RuleId":
			return o.obj["id"]
		case "Sequence":
			return fmt.Sprint(o.obj["sequence"])
		case "Enabled":
			return o.obj["isEnabled"]
		case "ForwardTo", "RedirectTo":
			return addresses(in(o, "actions", lowerFirst(column)))
		case "ForwardAsAttachment":
			return addresses(in(o, "actions", "forwardAsAttachmentTo"))
		case "MoveToFolder":
			if id, ok := in(o, "actions", "moveToFolder").(string); ok {
				return "FolderID: " + id
			}
			return nil
		case "From":
			return addresses(in(o, "conditions", "fromAddresses"))
		case "SubjectContains", "BodyContains", "HasAttachments":
			return in(o, "conditions", lowerFirst(column))
		}
		return in(o, "actions", lowerFirst(column))
	})
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// addresses of Graph's recipients.
func addresses(v any) any {
	people, _ := v.([]any)
	var out []string
	for _, p := range people {
		m, _ := p.(map[string]any)
		e, _ := m["emailAddress"].(map[string]any)
		if a, ok := e["address"].(string); ok {
			out = append(out, a)
		}
	}
	return strings.Join(out, "; ")
}

func (x *exporter) extractorTransport() error {
	rows, err := x.objects("transport-rules", nil)
	if err != nil {
		return err
	}
	return x.objectTable("TransportRules/TransportRules.csv", true, x.ofState("transport rules"), "Name,Description,CreatedBy,WhenChanged,State,Priority", rows, func(o ownedObject, column string) any {
		if column == "Description" {
			return describe(o.obj)
		}
		return o.obj[column]
	})
}

// describe is a mail-flow rule in words, as far as they say where mail goes.
func describe(o map[string]any) string {
	if s, _ := o["Description"].(string); s != "" {
		return s
	}
	var b strings.Builder
	b.WriteString("If the message:\r\n")
	if words := cell(o["SubjectOrBodyContainsWords"], "' or '"); words != "" {
		fmt.Fprintf(&b, "\tIncludes these words in the message subject or body: '%s'\r\n", words)
	}
	b.WriteString("Take the following actions:\r\n")
	for _, a := range [][2]string{{"BlindCopyTo", "Blind carbon copy (Bcc) the message to"}, {"RedirectMessageTo", "Redirect the message to"}, {"CopyTo", "Copy the message to"}} {
		if to := cell(o[a[0]], "' or '"); to != "" {
			fmt.Fprintf(&b, "\t%s '%s'\r\n", a[1], to)
		}
	}
	return b.String()
}

// extractorRights has rights on whole mailboxes, a row for each mailbox.
func (x *exporter) extractorRights() error {
	full, err := x.objects("mailbox-permissions", nil)
	if err != nil {
		return err
	}
	as, err := x.objects("send-as", nil)
	if err != nil {
		return err
	}
	holders := func(rows []ownedObject, of *simtenant.User, name string) string {
		var out []string
		for _, o := range rows {
			if who, _ := o.obj[name].(string); o.of == of && who != "" && !strings.HasPrefix(who, `NT AUTHORITY\`) {
				out = append(out, who)
			}
		}
		return strings.Join(out, "; ")
	}
	var rows []ownedObject
	for _, u := range x.whom() {
		if x.w.Mailbox(u.ID) != nil {
			rows = append(rows, ownedObject{of: u, obj: map[string]any{"UserPrincipalName": u.UPN, "DisplayName": u.DisplayName, "FullAccessUsers": holders(full, u, "User"), "SendAsUsers": holders(as, u, "Trustee")}})
		}
	}
	return x.objectTable("MailboxPermissions/MailboxDelegatedPermissions.csv", true, x.ofState("mailbox permissions"), "UserPrincipalName,DisplayName,RecipientTypeDetails,FullAccessUsers,SendAsUsers,SendOnBehalfUsers,CalendarUsers,InboxUsers", rows, func(o ownedObject, column string) any { return o.obj[column] })
}

// extractorSwitches says which mailboxes are audited.
func (x *exporter) extractorSwitches() error {
	boxes, err := x.objects("mailboxes", nil)
	if err != nil {
		return err
	}
	bypass, err := x.objects("audit-bypass", nil)
	if err != nil {
		return err
	}
	off := map[*simtenant.User]any{}
	for _, o := range bypass {
		off[o.of] = o.obj["AuditBypassEnabled"]
	}
	return x.objectTable("MailboxAudit/MailboxAuditStatus.csv", true, x.ofState("mailbox switches"), "UserPrincipalName,DisplayName,RecipientTypeDetails,AuditEnabled,AuditBypassEnabled,DefaultAuditSet,OwnerAuditActions,DelegateAuditActions,AdminAuditActions", boxes, func(o ownedObject, column string) any {
		switch column {
		case "AuditBypassEnabled":
			return off[o.of]
		case "OwnerAuditActions":
			return o.obj["AuditOwner"]
		case "DelegateAuditActions":
			return o.obj["AuditDelegate"]
		case "AdminAuditActions":
			return o.obj["AuditAdmin"]
		}
		return o.obj[column]
	})
}

// exportHawk is Hawk's investigation of the accounts that the story is about: a
// folder for each, the audit log filtered to its user, lists lost.
func exportHawk(x *exporter) error {
	suspects := map[string]bool{}
	for _, e := range x.w.Expect {
		suspects[strings.ToLower(e.Account)] = true
	}
	for _, u := range x.whom() {
		if suspects[strings.ToLower(u.UPN)] {
			if err := x.hawkUser(u); err != nil {
				return err
			}
		}
	}
	rows, err := x.objects("transport-rules", nil)
	if err != nil {
		return err
	}
	return x.psCSV("Tenant/Transport_Rules.csv", x.ofState("transport rules"), rows)
}

func (x *exporter) hawkUser(u *simtenant.User) error {
	folder := fileOf(u.UPN) + "/"
	only := func(o *simtenant.User) bool { return o == u }
	for _, f := range [][3]string{
		{"InboxRules.csv", "inbox rules", "inbox-rules"}, {"SweepRules.csv", "sweep rules", "sweep-rules"}, {"Mailbox_Info.csv", "mailboxes", "mailboxes"}, {"CASMailbox_Info.csv", "protocols", "cas-mailboxes"},
		{"AutoReply.csv", "mailbox auto-replies", "auto-replies"}, {"Mailbox_Permissions.csv", "mailbox permissions", "mailbox-permissions"},
	} {
		rows, err := x.objects(f[2], only)
		if err != nil {
			return err
		}
		s := x.ofState(f[1])
		s.Filtered = true
		if err := x.psCSV(folder+f[0], s, rows); err != nil {
			return err
		}
	}
	v := part(x.log(simtenant.AuditRecord), func(r *simtenant.Record) bool { return strings.EqualFold(who(r), u.UPN) })
	s := x.ofLog("unified audit log of "+u.UPN, v)
	s.Filtered = true
	return x.write(folder+"User_UAL.json", s, func(out *bufio.Writer) error {
		list(out, v.Records, func(r *simtenant.Record) []byte { return hawkRow(r) })
		return nil
	})
}

// hawkRow is a row of a search as ConvertTo-Json of Windows PowerShell writes
// it: the time in milliseconds, AuditData as text.
func hawkRow(r *simtenant.Record) []byte {
	b := auditRow(r, false)
	return bytes.Replace(b, quoted(r.Time.UTC().Format(time.RFC3339)), fmt.Appendf(nil, `"\/Date(%d)\/"`, r.Time.UnixMilli()), 1)
}
