package main

// inboxRules is Get-InboxRule -IncludeHidden for Dana, as ConvertTo-Json writes it.
func inboxRules() []byte {
	rule := func(name, id string, priority int, fields object) object {
		r := object{
			"Name": name, "Identity": "dana\\" + id, "RuleIdentity": id, "MailboxOwnerId": "dana", "Enabled": true, "Priority": priority, "InError": false,
			"From": nil, "SubjectContainsWords": nil, "SubjectOrBodyContainsWords": nil, "BodyContainsWords": nil, "HasAttachment": false,
			"MoveToFolder": nil, "CopyToFolder": nil, "DeleteMessage": false, "SoftDeleteMessage": false, "MarkAsRead": false, "StopProcessingRules": false,
			"ForwardTo": nil, "ForwardAsAttachmentTo": nil, "RedirectTo": nil,
		}
		for k, v := range fields {
			r[k] = v
		}
		return r
	}
	return lines([]object{
		rule(".", "7700000000000000001", 1, object{
			"SubjectOrBodyContainsWords": []string{"invoice", "payment", "bank", "fabrikam"}, "MoveToFolder": "RSS Feeds", "MarkAsRead": true, "StopProcessingRules": true,
		}),
		rule("Statements", "7700000000000000002", 2, object{"From": []string{"statements@bank.example"}, "MoveToFolder": "Statements"}),
	})
}

// coverage says what each file was asked for.
func coverage() []byte {
	const from, to = "2026-09-14T00:00:00Z", "2026-10-19T00:00:00Z"
	return lines([]object{
		{"source": "Purview audit search, all activities, all users", "file": "audit.csv", "from": from, "to": to, "complete": true, "filtered": false},
		{"source": "Entra sign-in logs, interactive", "file": "signins-interactive.json", "from": from, "to": to, "complete": true, "filtered": false},
		{"source": "Entra sign-in logs, non-interactive", "file": "signins-noninteractive.json", "from": from, "to": to, "complete": true, "filtered": false},
		{"source": "Get-MessageTraceV2 for dana@contoso.example", "file": "message-trace-dana.csv", "from": "2026-10-09T00:00:00Z", "to": to, "complete": true, "filtered": true},
		{"source": "Get-InboxRule -IncludeHidden for dana@contoso.example", "file": "inbox-rules-dana.json", "from": to, "to": to, "complete": true, "filtered": true},
	})
}

// declared says whose work was the response.
func declared() []byte {
	return lines([]object{{
		"by": "Ruth Ops, IT administrator", "account": ruth.upn(), "from": "2026-10-15T13:30:00Z", "to": "2026-10-15T15:00:00Z",
		"what": "reset Dana's password and revoked her sessions", "kind": "responder",
	}})
}

func lines(list []object) []byte {
	b := []byte("[\n")
	for i, o := range list {
		b = append(b, "  "...)
		b = append(b, encode(o)...)
		if i < len(list)-1 {
			b = append(b, ',')
		}
		b = append(b, '\n')
	}
	return append(b, "]\n"...)
}
