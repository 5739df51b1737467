package detect

import (
	"fmt"
	"regexp"
	"strings"

	"evict"
)

var signatureChanged = &Detector{
	ID: "signature-changed", Rev: 1, Scope: AccountScope, Item: "signature",
	Title: "Signature changed by a hand that nothing ties to the owner",
	Doc: `A strand without any anchor wrote the signature that closes every message: a foreign telephone number, bank details, a link. Roaming signatures, which Outlook keeps in the cloud, leave no such record: there this check sees nothing, and only the closing lines of sent mail tell.

Innocent causes: a new job title, a campaign of the marketing department.

By hand: Outlook on the web, Settings, Mail, Compose and reply; PowerShell: Get-MailboxMessageConfiguration USER | Format-List SignatureText, SignatureHtml, SignatureTextOnMobile. Compare the closing lines of mail sent before and after.`,
	Symptoms: []int{10}, Techniques: []string{"T1098"},
	Needs:   []Need{{Any: []evict.Kind{evict.AdminAudit}, Fields: []FieldNeed{NeedAddress}}},
	Actions: []string{"restore-signature"},
	New:     func() Watcher { return EventFunc(signatureEvent) },
}

var (
	ibanForm = regexp.MustCompile(`\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,4})?\b`)
	linkForm = regexp.MustCompile(`(?i)\bhttps?://[^\s"'<>]{3,200}`)
	drugs    = []string{"viagra", "cialis", "levitra", "pharmacy", "prescription", "replica watch", "casino", "weight loss"}
)

func signatureEvent(e *evict.Event, v *View) {
	d, ok := e.Detail.(*evict.Settings)
	if !ok || !acted(e) || !opIs(e.Op, "set-mailboxmessageconfiguration") || !v.Mine(e.Actor) || !v.Unanchored() {
		return
	}
	text := ""
	for _, n := range []string{"SignatureHtml", "SignatureText", "SignatureTextOnMobile"} {
		if s, ok := d.Get(n); ok && s != "" {
			text = s
			break
		}
	}
	if text == "" {
		return
	}
	plain := plainText(text)
	out := Draft{
		Family: evict.Behaviour, Grade: evict.Indicative, Cause: Because(e), Question: "Did you change your signature?",
		Summary: fmt.Sprintf("%s%s: the signature is now %s", e.Op, from(e), quoted(plain)),
	}
	name, _, _ := mailbox(e, v)
	out.Left = leftover(evict.LeftSignature, name, "", "", "")
	if has := suspicious(text, plain); has != "" {
		out.Summary += ", with " + has
	}
	v.Report(out.onMailbox(e, v))
}

// suspicious says what in a signature an intruder would put there.
func suspicious(raw, plain string) string {
	var out []string
	if ibanForm.MatchString(plain) {
		out = append(out, "a bank account number")
	}
	if hasWord(plain, drugs) != "" {
		out = append(out, "an advertisement")
	}
	if m := linkForm.FindString(raw); m != "" {
		out = append(out, "a link to "+quoted(m))
	}
	return strings.Join(out, " and ")
}
