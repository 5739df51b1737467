package respond

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"evict"
	"evict/internal/m365"
)

// A visible rule is changed through Graph. Exchange destroys the rules that only
// Outlook runs whenever it writes a rule, so it is used for hidden ones alone.
const (
	visibleRule = "inbox-rule"
	hiddenRule  = "hidden-inbox-rule"
)

func ruleArgs(o evict.Object) map[string]string {
	return map[string]string{"id": o.Account, "folder": "inbox", "rule": o.ID}
}

// graphRule reads one visible rule whole; nil when it is gone.
func graphRule(ctx context.Context, r Reader, o evict.Object) (row, error) {
	list, err := rows(ctx, r, m365.Call{Op: "list-message-rules", Args: map[string]string{"id": o.Account, "folder": "inbox"}})
	if err != nil {
		return nil, err
	}
	for _, rule := range list {
		if text(rule, "id") == o.ID {
			return rule, nil
		}
	}
	return nil, nil
}

// exchangeRule reads one rule of any kind whole; nil when it is gone.
func exchangeRule(ctx context.Context, r Reader, o evict.Object) (row, error) {
	list, err := rows(ctx, r, cmdlet("Get-InboxRule", map[string]any{"Mailbox": o.Account, "IncludeHidden": true}))
	if err != nil {
		return nil, err
	}
	for _, rule := range list {
		if ruleIs(o, rule) {
			return rule, nil
		}
	}
	return nil, nil
}

// ruleIs finds a rule of Exchange's list. Its RuleIdentity is a number of up to 20
// digits; Identity is the mailbox and that number.
func ruleIs(o evict.Object, rule row) bool {
	return fmt.Sprint(rule["RuleIdentity"]) == o.ID || text(rule, "Identity") == o.ID
}

// warnOfExchange is what an operator must know before a rule is written through Exchange.
func warnOfExchange(s evict.Step) []string {
	if s.Target.Kind != hiddenRule {
		if same(s.Before, Unread) { // a person does it
			return []string{"by click, where there are rules that only Outlook runs: the PowerShell line would destroy them"}
		}
		return nil
	}
	return []string{"written through Exchange, because Graph does not show the rule: that destroys every rule of the mailbox that only Outlook runs"}
}

// outlookOnly is where the state of a hidden rule keeps the rules that a write through Exchange destroys.
const outlookOnly = "outlookOnly"

// withOutlookOnly adds to the state of a hidden rule those that stand beside it and that only Outlook runs, each whole. Exchange calls them legacy, or
// says that its tasks do not support them; where it says neither, that is kept as not known. (Source: the properties of
// Get-InboxRule; Microsoft does not describe them.)
func withOutlookOnly(ctx context.Context, r Reader, o evict.Object, now json.RawMessage) (json.RawMessage, error) {
	if o.Kind != hiddenRule || same(now, null) {
		return now, nil
	}
	list, err := rows(ctx, r, cmdlet("Get-InboxRule", map[string]any{"Mailbox": o.Account, "IncludeHidden": true}))
	if err != nil {
		return nil, err
	}
	own := []row{}
	out := decoded(now)
	for _, rule := range list {
		supported, told := rule["SupportedByTask"].(bool)
		switch {
		case ruleIs(o, rule) || builtIn(text(rule, "Name")):
		case !told:
			out[outlookOnly] = "not known"
			return state(out), nil
		case !supported || rule["Legacy"] == true:
			own = append(own, rule)
		}
	}
	if len(own) > 0 {
		out[outlookOnly] = own
	}
	return state(out), nil
}

// builtIn tells the hidden rules of Exchange's own, which it keeps through every write.
func builtIn(name string) bool {
	return name == "Junk E-mail Rule" || strings.HasPrefix(name, "Microsoft.Exchange.OOF.") || strings.HasPrefix(name, "Delegate Rule")
}

// outlookOnlyLost says what a write through Exchange destroys and nothing makes again.
func outlookOnlyLost(s evict.Step) string {
	if s.Target.Kind != hiddenRule {
		return ""
	}
	const lost = "the write destroys it, and no interface makes it again (the record of the step has it whole)"
	switch list := decoded(s.Before)[outlookOnly].(type) {
	case []any:
		var names []string
		for _, x := range list {
			rule, _ := x.(row)
			names = append(names, strconv.Quote(text(rule, "Name")))
		}
		if len(names) == 1 {
			return "the rule " + names[0] + " runs in Outlook only: " + lost
		}
		return "the rules " + strings.Join(names, ", ") + " run in Outlook only: " + strings.ReplaceAll(lost, "it", "them")
	case string:
		return "whether the mailbox has rules that only Outlook runs can't be seen: the write destroys them, and no interface makes them again"
	}
	if same(s.Before, Unread) {
		return "if the mailbox has rules that only Outlook runs, the write destroys them, and no interface makes them again"
	}
	return ""
}

// enabledAs compares the switches of two states alone.
func enabledAs(want, now json.RawMessage) bool {
	a, b := decoded(want), decoded(now)
	return a != nil && b != nil && a["enabled"] == b["enabled"]
}

func inspectRuleSwitch(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
	o := s.Target
	find, name := graphRule, "isEnabled"
	if o.Kind == hiddenRule {
		find, name = exchangeRule, "Enabled"
	}
	rule, err := find(ctx, r, o)
	if err != nil || rule == nil {
		return null, err
	}
	picked, err := pick("inbox rule", rule, name)
	if err != nil {
		return nil, err
	}
	return withOutlookOnly(ctx, r, o, state(row{"enabled": picked[name]}))
}

func applyRuleSwitch(ctx context.Context, w Writer, s evict.Step) error {
	var after struct{ Enabled bool }
	if err := json.Unmarshal(s.After, &after); err != nil {
		return err
	}
	call := m365.Call{Op: "update-message-rule", Args: ruleArgs(s.Target), Body: row{"isEnabled": after.Enabled}}
	if s.Target.Kind == hiddenRule {
		name := "Disable-InboxRule"
		if after.Enabled {
			name = "Enable-InboxRule"
		}
		call = cmdlet(name, map[string]any{"Mailbox": s.Target.Account, "Identity": s.Target.ID, "AlwaysDeleteOutlookRulesBlob": true, "Force": true})
	}
	_, err := w.Write(ctx, call)
	return err
}
