package detect

import (
	"evict"
)

var junkRuleName = &Detector{
	ID: "junk-rule-name", Rev: 1, Scope: AccountScope, Seed: true, Item: "rule-name",
	Title: "Inbox rule with a name that says nothing",
	Doc: `A rule is named by a blank, punctuation, one character, or one character repeated, so that nobody finds it in a list. By itself it is a reason to look at the rule; rules that also hide mail or send it outside are told by their own detectors.

Innocent causes: somebody typed a full stop to get past the mandatory field.

By hand: Exchange Online PowerShell: Get-InboxRule -Mailbox USER -IncludeHidden | Format-List Name, Description.`,
	Symptoms: []int{3}, Techniques: []string{"T1564.008"},
	Needs:   []Need{{Any: []evict.Kind{evict.AdminAudit, evict.MailboxAudit, evict.RuleState}}},
	Actions: []string{"disable-inbox-rule"},
	New:     func() Watcher { return EventFunc(junkRuleNameEvent) },
}

func junkRuleNameEvent(e *evict.Event, v *View) {
	now, before, ok := ruleNow(e, v)
	if !ok || now.Name == "" || !junkName(now.Name) || before.Name == now.Name && e.Detail.(*evict.Rule).Change != evict.RuleMade {
		return
	}
	if how, _ := sendsOutside(&now, insideOf(e, v)); how != "" || judgeRule(&now, nil).how != "" {
		return
	}
	name, _, own := mailbox(e, v)
	v.Report(Draft{
		Family: evict.CoverUp, Grade: evict.Indicative, Cause: Because(e), Left: leftRule(&now, name),
		Summary: ruleHead(e, &now, name, own) + " has a name that says nothing",
	}.onMailbox(e, v))
}
