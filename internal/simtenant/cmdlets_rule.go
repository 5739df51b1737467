package simtenant

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A ruleField pairs a cmdlet's parameter with its place in Graph's spelling of
// a rule. Kinds: words, people, flag, text, folder; "exchange" has no place in
// Graph, whose view of such a rule is then read-only.
type ruleField struct{ exchange, graph, kind string }

var conditionFields = []ruleField{
	{"BodyContainsWords", "bodyContains", "words"}, {"SubjectOrBodyContainsWords", "bodyOrSubjectContains", "words"}, {"SubjectContainsWords", "subjectContains", "words"},
	{"HeaderContainsWords", "headerContains", "words"}, {"RecipientAddressContainsWords", "recipientContains", "words"}, {"FromAddressContainsWords", "senderContains", "words"},
	{"AssignedCategories", "categories", "words"}, {"From", "fromAddresses", "people"}, {"SentTo", "sentToAddresses", "people"}, {"HasAttachment", "hasAttachments", "flag"},
	{"MyNameInToBox", "sentToMe", "flag"}, {"MyNameInCcBox", "sentCcMe", "flag"}, {"MyNameInToOrCcBox", "sentToOrCcMe", "flag"}, {"MyNameNotInToBox", "notSentToMe", "flag"},
	{"SentOnlyToMe", "sentOnlyToMe", "flag"}, {"WithImportance", "importance", "text"}, {"WithSensitivity", "sensitivity", "text"}, {"FlaggedForAction", "messageActionFlag", "text"},
	{"WithinSizeRangeMinimum", "", "exchange"}, {"WithinSizeRangeMaximum", "", "exchange"}, {"ReceivedAfterDate", "", "exchange"}, {"ReceivedBeforeDate", "", "exchange"},
	{"MessageTypeMatches", "", "exchange"}, {"HasClassification", "", "exchange"}, {"AnyCategory", "", "exchange"}, {"BulkCategory", "", "exchange"},
}

var actionFields = []ruleField{
	{"ApplyCategory", "assignCategories", "words"}, {"CopyToFolder", "copyToFolder", "folder"}, {"MoveToFolder", "moveToFolder", "folder"}, {"DeleteMessage", "delete", "flag"},
	{"SoftDeleteMessage", "permanentDelete", "flag"}, {"PermanentDelete", "permanentDelete", "flag"}, {"ForwardTo", "forwardTo", "people"}, {"ForwardAsAttachmentTo", "forwardAsAttachmentTo", "people"},
	{"RedirectTo", "redirectTo", "people"}, {"MarkAsRead", "markAsRead", "flag"}, {"MarkImportance", "markImportance", "text"}, {"StopProcessingRules", "stopProcessingRules", "flag"},
	{"PinMessage", "", "exchange"}, {"PlaySound", "", "exchange"}, {"FlagMessage", "", "exchange"}, {"ClearFlag", "", "exchange"}, {"CompleteFlag", "", "exchange"}, {"DisplayAlert", "", "exchange"},
	{"ApplySystemCategory", "", "exchange"}, {"DeleteSystemCategory", "", "exchange"}, {"ClearCategories", "", "exchange"},
}

// sizeBounds are the members of Graph's withinSizeRange, which counts in KB.
var sizeBounds = map[string]string{"WithinSizeRangeMinimum": "minimumSize", "WithinSizeRangeMaximum": "maximumSize"}

// kilobytes reads a ByteQuantifiedSize: 10KB, 1 MB, or a count of bytes.
func kilobytes(v any) (int64, error) {
	s, _ := v.(string)
	var n int64
	var unit string
	if c, _ := fmt.Sscanf(strings.ToUpper(s), "%d%s", &n, &unit); c == 0 || n < 0 {
		return 0, invalid("'%v' isn't a valid size.", v)
	}
	switch unit {
	case "", "B":
		return n / 1024, nil
	case "KB":
		return n, nil
	case "MB":
		return n * 1024, nil
	}
	return 0, invalid("'%s' isn't a valid size.", s)
}

// ruleParams are New- and Set-InboxRule's parameters for a rule's body.
var ruleParams = func() string {
	kinds := map[string]string{"words": ":list", "people": ":list", "flag": ":bool", "text": "", "folder": "", "exchange": ""}
	var b strings.Builder
	for _, f := range conditionFields {
		kind := kinds[f.kind]
		switch f.exchange {
		case "AnyCategory", "BulkCategory":
			kind = ":bool"
		case "HasClassification":
			kind = ":list"
		case "ReceivedAfterDate", "ReceivedBeforeDate":
			kind = ":date"
		}
		b.WriteString(" " + f.exchange + kind + " ExceptIf" + f.exchange + kind)
	}
	for _, f := range actionFields {
		kind := kinds[f.kind]
		switch f.exchange {
		case "PinMessage", "ClearFlag", "CompleteFlag", "ClearCategories":
			kind = ":bool"
		case "ApplySystemCategory", "DeleteSystemCategory":
			kind = ":list"
		}
		b.WriteString(" " + f.exchange + kind)
	}
	return b.String()
}()

// rules are a mailbox's rules as Get-InboxRule orders them. With hidden ones
// come those that Exchange itself keeps.
func (w *World) rules(m *Mailbox, hidden bool) []*InboxRule {
	var out []*InboxRule
	for _, r := range m.Rules {
		if hidden || !r.Hidden {
			out = append(out, r)
		}
	}
	if hidden {
		if enabled, ok := m.Junk["Enabled"].(bool); !ok || enabled {
			out = append(out, builtIn(m, "Junk E-mail Rule"))
		}
		if state := textOf(m.AutoReply, "AutoReplyState"); state != "" && !strings.EqualFold(state, "Disabled") {
			out = append(out, builtIn(m, "Microsoft.Exchange.OOF.AllExternalSenders.Global"))
		}
	}
	slices.SortStableFunc(out, func(a, b *InboxRule) int { return cmp.Compare(a.Sequence, b.Sequence) })
	return out
}

// builtIn is a hidden rule of Exchange's own, after all others.
func builtIn(m *Mailbox, name string) *InboxRule {
	return &InboxRule{ID: ruleID(m.GUID, name), Name: name, Sequence: 1 << 30, Enabled: true, Hidden: true}
}

// ruleID is a RuleIdentity: a number of up to 20 digits, too long for a float.
func ruleID(parts ...any) string {
	n, _ := strconv.ParseUint(made(parts...)[:8], 16, 64)
	return strconv.FormatUint((n|1<<31)<<32|1, 10)
}

// isBuiltIn says whether Exchange keeps the rule and refuses to switch it off.
func isBuiltIn(r *InboxRule) bool {
	return r.Name == "Junk E-mail Rule" || strings.HasPrefix(r.Name, "Microsoft.Exchange.OOF.") || strings.HasPrefix(r.Name, "Delegate Rule")
}

// ruleRow is Get-InboxRule's row. No member says when a rule was made.
func (w *World) ruleRow(m *Mailbox, r *InboxRule) Object {
	row := Object{
		"Name": r.Name, "Enabled": r.Enabled, "Priority": r.Sequence, "RuleIdentity": numberOr(r.ID), "Identity": m.User + `\` + r.ID, "MailboxOwnerId": m.User,
		"InError": false, "ErrorType": "None", "SupportedByTask": !r.ClientOnly && !isBuiltIn(r), "Legacy": r.ClientOnly, "IsValid": true, "ObjectState": "Unchanged", "FromSubscription": nil,
		"SendTextMessageNotificationTo": []string{},
	}
	put := func(prefix string, fields []ruleField, held Object) {
		for _, f := range fields {
			if f.exchange != "PermanentDelete" { // one action with two parameters; the row has SoftDeleteMessage
				row[prefix+f.exchange] = w.ruleValue(m, f, held)
			}
		}
		for name, bound := range sizeBounds {
			if kb, ok := numberOf(nested(held, "withinSizeRange")[bound]); ok {
				row[prefix+name] = size(int(kb) * 1024)
			}
		}
	}
	put("", conditionFields, r.Conditions)
	put("ExceptIf", conditionFields, r.Exceptions)
	put("", actionFields, r.Actions)
	row["Description"] = describe(row)
	return row
}

// ruleValue is one member of a rule as Exchange prints it.
func (w *World) ruleValue(m *Mailbox, f ruleField, held Object) any {
	v, ok := held[cmp.Or(f.graph, f.exchange)]
	switch f.kind {
	case "flag":
		return ok && v == true
	case "words":
		return nonNil(listOf(v))
	case "people":
		out := []string{}
		for _, p := range graphPeople(v) {
			out = append(out, w.rulePerson(p[0], p[1]))
		}
		return out
	case "folder":
		if f := m.folder(fmt.Sprint(v)); ok && f != nil {
			return f.Name
		}
	}
	if s, isText := v.(string); f.kind == "text" && isText && s != "" {
		return strings.ToUpper(s[:1]) + s[1:]
	}
	return v
}

// rulePerson is a recipient as a rule shows it: somebody inside by a name of
// Exchange's own, somebody outside by address.
func (w *World) rulePerson(name, address string) string {
	if m, err := w.mailboxBy(address); err == nil {
		return fmt.Sprintf("%q [EX:%s]", w.display(m), w.exchangeDN(m))
	}
	return fmt.Sprintf("%q [SMTP:%s]", cmp.Or(name, address), address)
}

// graphPeople reads Graph's list of recipients as name and address.
func graphPeople(v any) [][2]string {
	var out [][2]string
	add := func(o Object) {
		e := nested(o, "emailAddress")
		out = append(out, [2]string{textOf(e, "name"), textOf(e, "address")})
	}
	switch list := v.(type) {
	case []Object:
		for _, o := range list {
			add(o)
		}
	case []any:
		for _, x := range list {
			add(asObject(x))
		}
	}
	return out
}

// asObject is a value that is an object, whoever made it.
func asObject(v any) Object {
	switch x := v.(type) {
	case Object:
		return x
	case map[string]any:
		return x
	}
	return nil
}

func nested(o Object, name string) Object { return asObject(o[name]) }

// numberOf is a number, whoever made it.
func numberOf(v any) (int64, bool) {
	switch x := v.(type) {
	case int:
		return int64(x), true
	case int64:
		return x, true
	case float64:
		return int64(x), true
	case json.Number:
		n, err := x.Int64()
		return n, err == nil
	}
	return 0, false
}

func numberOr(id string) any {
	if _, err := strconv.ParseUint(id, 10, 64); err == nil {
		return json.Number(id)
	}
	return id
}

// describe says what a rule does, in the way of Exchange's English text.
func describe(row Object) string {
	text := func(fields []ruleField, prefix string) string {
		var b strings.Builder
		for _, f := range fields {
			switch v := row[prefix+f.exchange].(type) {
			case bool:
				if v {
					fmt.Fprintf(&b, "\t%s\r\n", f.exchange)
				}
			case []string:
				if len(v) > 0 {
					fmt.Fprintf(&b, "\t%s '%s'\r\n", f.exchange, strings.Join(v, "' or '"))
				}
			case string:
				fmt.Fprintf(&b, "\t%s '%s'\r\n", f.exchange, v)
			}
		}
		return b.String()
	}
	var b strings.Builder
	for _, part := range []struct{ title, lines string }{
		{"If the message:", text(conditionFields, "")}, {"Take the following actions:", text(actionFields, "")}, {"Except if the message:", text(conditionFields, "ExceptIf")},
	} {
		if part.lines != "" {
			b.WriteString(part.title + "\r\n" + part.lines)
		}
	}
	return b.String()
}

func getInboxRule(c *command) ([]Object, error) {
	m, err := c.one("Mailbox")
	if err != nil {
		return nil, err
	}
	rules := c.world.rules(m, c.flag("IncludeHidden"))
	if c.has("Identity") {
		r, err := c.ruleIn(m, rules)
		if err != nil {
			return nil, err
		}
		rules = []*InboxRule{r}
	}
	var rows []Object
	for _, r := range rules {
		if r.ClientOnly {
			c.warn("The Inbox rule \"%s\" contains client-side conditions or actions that can't be shown here.", r.Name)
		}
		rows = append(rows, c.world.ruleRow(m, r))
	}
	return rows, nil
}

// ruleIn is the rule that Identity names: RuleIdentity, mailbox\RuleIdentity or the name.
func (c *command) ruleIn(m *Mailbox, rules []*InboxRule) (*InboxRule, error) {
	id := c.text("Identity")
	if box, rule, ok := strings.Cut(id, `\`); ok && c.world.fits(m, box) > 0 {
		id = rule
	}
	r, err := best(rules, id, func(r *InboxRule) int {
		switch {
		case r.ID == id:
			return 2
		case strings.EqualFold(r.Name, id):
			return 1
		}
		return 0
	})
	if e, ok := err.(*cmdletError); ok && e.Status == 404 {
		return nil, &cmdletError{404, "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException", fmt.Sprintf("The Inbox rule \"%s\" couldn't be found. Please make sure that you typed it correctly.", c.text("Identity"))}
	}
	return r, err
}

// ruleBody reads the body of a rule from the parameters into what it was.
func (c *command) ruleBody(m *Mailbox, r *InboxRule) error {
	read := func(prefix string, fields []ruleField, held Object) (Object, error) {
		out := over(Object{}, held)
		for _, f := range fields {
			name, key := prefix+f.exchange, cmp.Or(f.graph, f.exchange)
			if !c.has(name) {
				continue
			}
			v, err := c.ruleParameter(m, name, f)
			if bound := sizeBounds[f.exchange]; bound != "" && err == nil {
				var kb int64
				if kb, err = kilobytes(v); err == nil {
					out["withinSizeRange"] = over(nested(out, "withinSizeRange"), Object{bound: kb})
					continue
				}
			}
			switch {
			case err != nil:
				return nil, err
			case v == nil:
				delete(out, key)
			default:
				out[key] = v
			}
		}
		if len(out) == 0 {
			return nil, nil
		}
		return out, nil
	}
	conditions, err := read("", conditionFields, r.Conditions)
	if err != nil {
		return err
	}
	exceptions, err := read("ExceptIf", conditionFields, r.Exceptions)
	if err != nil {
		return err
	}
	actions, err := read("", actionFields, r.Actions)
	if err != nil {
		return err
	}
	if len(actions) == 0 {
		return invalid("You must specify at least one action for the Inbox rule.")
	}
	r.Conditions, r.Exceptions, r.Actions = conditions, exceptions, actions
	return nil
}

// ruleParameter is a parameter in Graph's spelling, or nil when it clears the member.
func (c *command) ruleParameter(m *Mailbox, name string, f ruleField) (any, error) {
	switch v := c.params[name].(type) {
	case nil:
		return nil, nil
	case bool:
		if f.kind == "flag" && !v {
			return nil, nil
		}
		return v, nil
	case []string:
		if len(v) == 0 {
			return nil, nil
		}
		if f.kind != "people" {
			return v, nil
		}
		var out []Object
		for _, s := range v {
			p, err := c.world.rulePersonBy(s)
			if err != nil {
				return nil, err
			}
			out = append(out, p)
		}
		return out, nil
	case listEdit:
		return nil, invalid("The parameter '%s' takes the whole list.", name)
	case string:
		switch {
		case v == "":
			return nil, nil
		case f.kind == "folder":
			folder, err := c.world.folderBy(m, v)
			if err != nil {
				return nil, err
			}
			return folder.ID, nil
		case f.kind == "text":
			return strings.ToLower(v[:1]) + v[1:], nil
		}
		return v, nil
	default:
		return plain(v), nil
	}
}

// rulePersonBy resolves a recipient of a rule: an identity, an address outside,
// or the form that Get-InboxRule prints.
func (w *World) rulePersonBy(s string) (Object, error) {
	name, address := "", s
	if i := strings.LastIndexByte(s, '['); i >= 0 && strings.HasSuffix(s, "]") {
		name = strings.Trim(strings.TrimSpace(s[:i]), `"`)
		kind, rest, _ := strings.Cut(s[i+1:len(s)-1], ":")
		if address = rest; !strings.EqualFold(kind, "SMTP") && !strings.EqualFold(kind, "EX") {
			return nil, invalid("The address '%s' is invalid.", s)
		}
	}
	r, err := w.recipientBy(address)
	switch {
	case err == nil && r.user != nil:
		name, address = w.display(r.mailbox), w.primary(r.user)
	case err == nil:
		name, address = cmp.Or(textOf(r.other, "DisplayName"), textOf(r.other, "Name")), textOf(r.other, "PrimarySmtpAddress")
	case !strings.Contains(address, "@"):
		return nil, err
	}
	return Object{"emailAddress": Object{"name": cmp.Or(name, address), "address": address}}, nil
}

// folderBy resolves a folder as cmdlets name it: mailbox:\path, \path, a name or an ID.
func (w *World) folderBy(m *Mailbox, s string) (*Folder, error) {
	if box, rest, ok := strings.Cut(s, `:`); ok && (strings.HasPrefix(rest, `\`) || rest != "" && m.folder(rest) != nil) {
		if w.fits(m, box) == 0 {
			return nil, notFound(s)
		}
		s = rest
	}
	if f := m.folder(s); f != nil && f.ID == s {
		return f, nil
	}
	want := "/" + strings.Trim(strings.ReplaceAll(s, `\`, "/"), "/")
	var found *Folder
	m.walk(func(f *Folder, path string) {
		if strings.EqualFold(path, want) {
			found = f
		}
	})
	if found == nil {
		return nil, notFound(s)
	}
	return found, nil
}

// destroyClientRules removes what only Outlook on a computer can run: any write
// through Exchange does (EXO: New-InboxRule, AlwaysDeleteOutlookRulesBlob).
func (c *command) destroyClientRules(m *Mailbox) {
	had := len(m.Rules)
	m.Rules = slices.DeleteFunc(m.Rules, func(r *InboxRule) bool { return r.ClientOnly })
	if len(m.Rules) < had && !c.flag("AlwaysDeleteOutlookRulesBlob") {
		c.warn("Inbox rules that were created by using Microsoft Outlook and that run on the client only have been removed.")
	}
}

// place puts a rule at a priority and moves those below it.
func (m *Mailbox) place(r *InboxRule, priority int) {
	for _, x := range m.Rules {
		if x != r && x.Sequence >= priority {
			x.Sequence++
		}
	}
	r.Sequence = priority
}

func newInboxRule(c *command) ([]Object, error) {
	m, err := c.one("Mailbox")
	if err != nil {
		return nil, err
	}
	r := &InboxRule{ID: ruleID(m.GUID, c.text("Name"), c.now.UnixNano(), len(m.Rules)), Name: c.text("Name"), Enabled: true}
	if slices.ContainsFunc(m.Rules, func(x *InboxRule) bool { return strings.EqualFold(x.Name, r.Name) }) {
		return nil, invalid("There is already an Inbox rule with the name \"%s\".", r.Name)
	}
	if err := c.ruleBody(m, r); err != nil {
		return nil, err
	}
	c.destroyClientRules(m)
	last := 0
	for _, x := range m.Rules {
		last = max(last, x.Sequence)
	}
	priority := last + 1
	if p, ok := c.params["Priority"].(int64); ok {
		priority = min(int(p), priority)
	}
	m.place(r, priority)
	m.Rules = append(m.Rules, r)
	c.done(m, r.Name)
	return []Object{c.world.ruleRow(m, r)}, nil
}

// changeRule finds the rule that is to be changed, hidden ones included.
func (c *command) changeRule() (*Mailbox, *InboxRule, error) {
	m, err := c.one("Mailbox")
	if err != nil {
		return nil, nil, err
	}
	r, err := c.ruleIn(m, c.world.rules(m, true))
	if err != nil {
		return nil, nil, err
	}
	return m, r, nil
}

func setInboxRule(c *command) ([]Object, error) {
	m, r, err := c.changeRule()
	if err != nil {
		return nil, err
	}
	if isBuiltIn(r) {
		return nil, invalid("The Inbox rule \"%s\" can't be changed.", r.Name)
	}
	next := *r
	if err := c.ruleBody(m, &next); err != nil {
		return nil, err
	}
	if c.has("Name") {
		next.Name = c.text("Name")
	}
	c.destroyClientRules(m)
	*r = next
	if p, ok := c.params["Priority"].(int64); ok {
		m.place(r, int(p))
	}
	c.done(m, r.Name)
	return nil, nil
}

func switchRule(enabled bool) func(*command) ([]Object, error) {
	return func(c *command) ([]Object, error) {
		m, r, err := c.changeRule()
		if err != nil {
			return nil, err
		}
		if isBuiltIn(r) {
			return nil, invalid("The Inbox rule \"%s\" can't be enabled or disabled.", r.Name)
		}
		c.destroyClientRules(m)
		r.Enabled = enabled
		c.done(m, r.Name)
		return nil, nil
	}
}

func removeInboxRule(c *command) ([]Object, error) {
	m, r, err := c.changeRule()
	if err != nil {
		return nil, err
	}
	if isBuiltIn(r) {
		return nil, invalid("The Inbox rule \"%s\" can't be removed.", r.Name)
	}
	c.destroyClientRules(m)
	m.Rules = slices.DeleteFunc(m.Rules, func(x *InboxRule) bool { return x == r })
	c.done(m, r.Name)
	return nil, nil
}

// sweepRow is Get-SweepRule's row.
func (w *World) sweepRow(m *Mailbox, r Object) Object {
	row := over(Object{
		"Enabled": true, "Provider": "Exchange16", "Sender": nil, "SystemCategory": nil, "SourceFolder": "Inbox", "DestinationFolder": "Deleted Items", "KeepForDays": nil, "KeepLatest": nil,
		"ExceptionItems": []string{}, "IsValid": true,
	}, r)
	row["Identity"] = m.User + `\` + textOf(r, "RuleId")
	row["MailboxOwnerId"] = m.User
	return row
}

func getSweepRule(c *command) ([]Object, error) {
	boxes := []*Mailbox{}
	if c.has("Mailbox") {
		m, err := c.one("Mailbox")
		if err != nil {
			return nil, err
		}
		boxes = append(boxes, m)
	} else if box, _, ok := strings.Cut(c.text("Identity"), `\`); ok {
		m, err := c.world.mailboxBy(box)
		if err != nil {
			return nil, err
		}
		boxes = append(boxes, m)
	} else {
		return nil, unbindable("Cannot process command because of one or more missing mandatory parameters: Mailbox.")
	}
	var rows []Object
	for _, m := range boxes {
		for _, r := range m.Sweep {
			row := c.world.sweepRow(m, r)
			if c.has("Provider") && !strings.EqualFold(textOf(row, "Provider"), c.text("Provider")) || c.has("Identity") && sweepFits(row, c.text("Identity")) == 0 {
				continue
			}
			rows = append(rows, row)
		}
	}
	if c.has("Identity") && len(rows) == 0 {
		return nil, notFound(c.text("Identity"))
	}
	return rows, nil
}

func sweepFits(o Object, identity string) int {
	if i := strings.LastIndexByte(identity, '\\'); i >= 0 {
		identity = identity[i+1:]
	}
	return objectFits(o, identity, "RuleId", "Name")
}

// sweepIn is the sweep rule that is to be changed.
func (c *command) sweepIn() (*Mailbox, Object, error) {
	box := c.text("Mailbox")
	if before, _, ok := strings.Cut(c.text("Identity"), `\`); ok && box == "" {
		box = before
	}
	if box == "" {
		return nil, nil, unbindable("Cannot process command because of one or more missing mandatory parameters: Mailbox.")
	}
	m, err := c.world.mailboxBy(box)
	if err != nil {
		return nil, nil, err
	}
	r, err := best(m.Sweep, c.text("Identity"), func(o Object) int { return sweepFits(o, c.text("Identity")) })
	return m, r, err
}

func newSweepRule(c *command) ([]Object, error) {
	m, err := c.one("Mailbox")
	if err != nil {
		return nil, err
	}
	r := Object{"RuleId": made(m.GUID, "sweep", c.text("Name"), c.now.UnixNano()), "Name": c.text("Name"), "Enabled": true}
	c.set(r, "Provider", "Sender", "SystemCategory", "SourceFolder", "DestinationFolder", "KeepForDays", "KeepLatest", "Enabled")
	m.Sweep = append(m.Sweep, r)
	c.done(m, c.text("Name"))
	return []Object{c.world.sweepRow(m, r)}, nil
}

func switchSweep(enabled bool) func(*command) ([]Object, error) {
	return func(c *command) ([]Object, error) {
		m, r, err := c.sweepIn()
		if err != nil {
			return nil, err
		}
		r["Enabled"] = enabled
		c.done(m, textOf(r, "Name"))
		return nil, nil
	}
}

func removeSweepRule(c *command) ([]Object, error) {
	m, r, err := c.sweepIn()
	if err != nil {
		return nil, err
	}
	id := textOf(r, "RuleId")
	m.Sweep = slices.DeleteFunc(m.Sweep, func(o Object) bool { return textOf(o, "RuleId") == id })
	c.done(m, textOf(r, "Name"))
	return nil, nil
}
