package main

import (
	"cmp"
	"strings"
)

// ruleColumns are those of Get-MailboxRules of the Microsoft-Extractor-Suite,
// which reads hidden rules too and names the mailbox by its UPN.
const ruleColumns = "UserName,RuleName,Enabled,Priority,RuleIdentity,StopProcessingRules,CopyToFolder,MoveToFolder,RedirectTo,ForwardTo,ForwardAsAttachmentTo,ApplyCategory,MarkImportance,MarkAsRead,DeleteMessage,SoftDeleteMessage,From,SubjectContainsWords,SubjectOrBodyContainsWords,BodyContainsWords,HasAttachment,Description,InError,ErrorType"

// inboxRules is the present state of Dana's rules.
func inboxRules() []byte {
	head := strings.Split(ruleColumns, ",")
	defaults := map[string]string{"Enabled": "True", "StopProcessingRules": "False", "MarkAsRead": "False", "DeleteMessage": "False", "SoftDeleteMessage": "False", "HasAttachment": "False", "InError": "False"}
	row := func(fields map[string]string) []string {
		out := make([]string, len(head))
		for i, c := range head {
			out[i] = cmp.Or(fields[c], defaults[c])
		}
		return out
	}
	return table([][]string{
		head,
		row(map[string]string{
			"UserName": dana.upn(), "RuleName": ".", "Priority": "1", "RuleIdentity": "7700000000000000001", "StopProcessingRules": "True",
			"MoveToFolder": "RSS Feeds", "MarkAsRead": "True", "SubjectOrBodyContainsWords": "invoice, payment, bank, fabrikam",
		}),
		row(map[string]string{
			"UserName": dana.upn(), "RuleName": "Statements", "Priority": "2", "RuleIdentity": "7700000000000000002",
			"MoveToFolder": "Statements", "From": "statements@bank.example",
		}),
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
		{"source": "Microsoft-Extractor-Suite Get-MailboxRules for dana@contoso.example", "file": "inbox-rules-dana.csv", "from": to, "to": to, "complete": true, "filtered": true},
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
