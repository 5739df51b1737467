package collect

// rules reads inbox rules twice: Exchange shows the hidden ones too, Graph those that can be changed without harm to Outlook's own.
func (r *run) rules(a *Account) []*ask {
	hidden := present("inbox-rules", a, "", cmdlet("exchange:Get-InboxRule", a, map[string]any{"Mailbox": a.ID, "IncludeHidden": true}))
	hidden.absent = noMailbox
	hidden.doubted = func(rows int) string {
		// A reader's role gets an empty list and no refusal.
		if rows > 0 || r.mayRun("Get-InboxRule") {
			return ""
		}
		return "an empty list, which a role that can't see rules gets too"
	}
	visible := present("inbox-rules/graph", a, "", graph("list-message-rules", map[string]string{"id": a.ID, "folder": "inbox"}, nil))
	visible.absent = noMailbox
	sweep := present("sweep-rules", a, "", cmdlet("exchange:Get-SweepRule", a, map[string]any{"Mailbox": a.ID}))
	sweep.absent = noMailbox
	return []*ask{hidden, visible, sweep}
}
