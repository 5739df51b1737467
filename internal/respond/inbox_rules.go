package respond

import (
	"context"
	"encoding/json"
	"fmt"

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
		return nil
	}
	return []string{"written through Exchange, because Graph does not show the rule: that destroys every rule of the mailbox that only Outlook runs (all rules were recorded before)"}
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
	return state(row{"enabled": picked[name]}), nil
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
