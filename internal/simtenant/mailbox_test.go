package simtenant

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// mail is a call on Dana's mailbox.
func (s *shop) mail(args map[string]string, body string) *mailCall {
	s.t.Helper()
	c := &mailCall{world: s.World, now: s.now, by: s.by, args: args, query: url.Values{}}
	s.now = s.now.Add(time.Second)
	if body != "" {
		if err := json.Unmarshal([]byte(body), &c.body); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := c.open("dana@contoso.example"); err != nil {
		s.t.Fatal(err)
	}
	return c
}

func refused(t *testing.T, err error, status int, code string) {
	t.Helper()
	var e *mailError
	if !errors.As(err, &e) || e.Status != status || e.Code != code {
		t.Errorf("error %v, want %d %s", err, status, code)
	}
}

func TestMailboxOrNone(t *testing.T) {
	s := newShop(t)
	s.Users = append(s.Users, &User{ID: "aaaaaaaa-0000-4000-8000-000000000009", UPN: "onprem@contoso.example"})
	c := &mailCall{world: s.World}
	refused(t, c.open("onprem@contoso.example"), 404, "MailboxNotEnabledForRESTAPI")
	refused(t, c.open("nobody@contoso.example"), 404, "ErrorInvalidUser")
	s.userByID(danaID).Deleted = s.now
	refused(t, c.open(danaID), 404, "ErrorInvalidUser")
}

func TestFoldersAreLocalised(t *testing.T) {
	s := newShop(t)
	s.mailboxOf(danaID).Folders = append(s.mailboxOf(danaID).Folders, &Folder{ID: "dana-deep", Parent: "dana-rss", Name: "x"}, &Folder{ID: "dana-hid", Parent: "dana-root", Name: "hid", Hidden: true})
	list, err := listMailFolders(s.mail(nil, ""))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, o := range list {
		names = append(names, fmt.Sprint(o["displayName"]))
		if _, has := o["wellKnownName"]; has {
			t.Error("v1.0 knows no wellKnownName")
		}
	}
	if !slices.Equal(names, []string{"Boîte de réception", "Flux RSS", "Éléments envoyés", "Éléments supprimés", "Courrier indésirable"}) {
		t.Errorf("%q", names)
	}
	c := s.mail(nil, "")
	c.query.Set("includeHiddenFolders", "true")
	if list, _ = listMailFolders(c); len(list) != 6 {
		t.Errorf("with hidden ones: %d", len(list))
	}
	for folder, want := range map[string]string{"inbox": "dana-inbox", "RecoverableItemsDeletions": "dana-dumpster", "dana-rss": "dana-rss"} {
		if o, err := getMailFolder(s.mail(map[string]string{"folder": folder}, "")); err != nil || o["id"] != want {
			t.Errorf("%s: %v %v", folder, o, err)
		}
	}
	for folder, code := range map[string]string{"notes": "ErrorInvalidIdMalformed", "rssfeeds": "ErrorItemNotFound", "archive": "ErrorFolderNotFound"} {
		_, err := getMailFolder(s.mail(map[string]string{"folder": folder}, ""))
		status := 404
		if code == "ErrorInvalidIdMalformed" {
			status = 400
		}
		refused(t, err, status, code)
	}
	if list, err := listChildFolders(s.mail(map[string]string{"folder": "dana-rss"}, "")); err != nil || len(list) != 1 {
		t.Errorf("%v %v", list, err)
	}
}

func (s *shop) fill(n int) *Folder {
	f := s.mailboxOf(danaID).folder("sentitems")
	for i := range n {
		f.Messages = append(f.Messages, &Message{ID: fmt.Sprint("m", i), InternetID: fmt.Sprintf("<%d@contoso.example>", i), Subject: fmt.Sprint("Subject ", i), Preview: "secret text", From: "dana@contoso.example",
			To: []string{"bo@contoso.example", "Ann <ann@partner.example>"}, Sent: s.now.Add(time.Duration(i) * time.Minute), Received: s.now.Add(time.Duration(i) * time.Minute), Attachments: i == 0})
	}
	return f
}

func TestMessages(t *testing.T) {
	s := newShop(t)
	s.fill(3)
	sent := map[string]string{"folder": "sentitems"}
	list, err := listMessages(s.mail(sent, ""))
	if err != nil || len(list) != 3 || list[0]["subject"] != "Subject 2" || list[0]["bodyPreview"] != "secret text" || !strings.Contains(fmt.Sprint(list[0]["toRecipients"]), "Bo Ström") {
		t.Fatalf("%v %v", list, err)
	}
	c := s.mail(sent, "")
	c.basic = true
	list, _ = listMessages(c)
	if strings.Contains(fmt.Sprint(list), "secret") {
		t.Error("the right to read headers shows text")
	}
	c.query.Set("$select", "id,bodyPreview")
	_, err = listMessages(c)
	refused(t, err, 403, "ErrorAccessDenied")

	for filter, ok := range map[string]bool{"receivedDateTime ge 2026-01-01T00:00:00Z and isRead eq true": true, "isRead eq true": false, "isRead eq true and receivedDateTime ge 2026-01-01T00:00:00Z": false, "": true} {
		c := s.mail(sent, "")
		c.query = url.Values{"$filter": {filter}, "$orderby": {"receivedDateTime desc"}}
		if _, err := listMessages(c); (err == nil) != ok {
			t.Errorf("%q: %v", filter, err)
		}
	}

	id := fmt.Sprint(list[0]["id"])
	if o, err := getMessage(s.mail(map[string]string{"message": id}, "")); err != nil || o["subject"] != "Subject 2" {
		t.Errorf("%v %v", o, err)
	}
	moved, err := moveMessage(s.mail(map[string]string{"message": id}, `{"destinationId":"deleteditems"}`))
	if err != nil || moved["id"] == id || moved["parentFolderId"] != "dana-deleted" {
		t.Fatalf("%v %v", moved, err)
	}
	_, err = getMessage(s.mail(map[string]string{"message": id}, ""))
	refused(t, err, 404, "ErrorItemNotFound")
	if r, body := s.lastRecord(); r.Operation != "MoveToDeletedItems" || r.RecordType != 3 || nested(body, "Folder")["Path"] != `\Éléments envoyés` {
		t.Errorf("record %s", r.Body)
	}

	// Immutable IDs stay.
	c = s.mail(sent, "")
	c.immutable = true
	list, _ = listMessages(c)
	id = fmt.Sprint(list[0]["id"])
	c = s.mail(map[string]string{"message": id}, `{"DestinationId":"junkemail"}`)
	c.immutable = true
	if moved, err = moveMessage(c); err != nil || moved["id"] != id {
		t.Errorf("%v %v", moved, err)
	}
	for body, code := range map[string]string{`{"destinationId":"nowhere-at-all"}`: "ErrorItemNotFound", `{}`: "ErrorInvalidRequest", `{"destination":"junkemail"}`: "RequestBodyRead"} {
		_, err = moveMessage(s.mail(map[string]string{"message": id}, body))
		var e *mailError
		if !errors.As(err, &e) || e.Code != code {
			t.Errorf("%s: %v", body, err)
		}
	}
	_, err = getMessage(s.mail(map[string]string{"message": "17"}, ""))
	refused(t, err, 400, "ErrorInvalidIdMalformed")
	list, _ = listMessages(s.mail(sent, ""))
	if a, err := listAttachments(s.mail(map[string]string{"message": fmt.Sprint(list[0]["id"])}, "")); err != nil || len(a) != 1 {
		t.Errorf("attachments %v %v", a, err)
	}
}

func TestDelta(t *testing.T) {
	s := newShop(t)
	f := s.fill(5)
	var d mailDeltas
	ask := func(option, token string) ([]Object, string, string) {
		t.Helper()
		c := s.mail(map[string]string{"folder": "sentitems"}, "")
		if token != "" {
			c.query.Set(option, token)
		}
		rows, next, delta, err := listDelta(c, &d, 2)
		if err != nil {
			t.Fatal(err)
		}
		return rows, next, delta
	}
	count, pages := 0, 0
	rows, next, delta := ask("", "")
	for ; ; pages++ {
		count += len(rows)
		if next == "" {
			break
		}
		rows, next, delta = ask("$skiptoken", next)
	}
	if count != 5 || pages != 2 || delta == "" {
		t.Fatalf("%d messages, %d more pages, %q", count, pages, delta)
	}
	if rows, _, delta = ask("$deltatoken", delta); len(rows) != 0 {
		t.Errorf("nothing happened, but %v", rows)
	}
	f.Messages[0].Modified = s.now
	f.Messages = append(slices.Delete(f.Messages, 1, 2), &Message{ID: "new", Subject: "New"})
	rows, next, _ = ask("$deltatoken", delta)
	more, _, _ := ask("$skiptoken", next)
	rows = append(rows, more...)
	if len(rows) != 3 || rows[0]["subject"] != "Subject 0" || rows[1]["subject"] != "New" || rows[2]["@removed"] == nil {
		t.Errorf("%v", rows)
	}
	c := s.mail(map[string]string{"folder": "sentitems"}, "")
	c.query.Set("$deltatoken", next)
	_, _, _, err := listDelta(c, &d, 2)
	refused(t, err, 410, "SyncStateNotFound")
	c = s.mail(map[string]string{"folder": "inbox"}, "")
	c.query.Set("$deltatoken", delta)
	_, _, _, err = listDelta(c, &d, 2)
	refused(t, err, 410, "SyncStateNotFound")
}

func TestGraphRules(t *testing.T) {
	s := newShop(t)
	box := s.mailboxOf(danaID)
	box.Rules = []*InboxRule{
		{ID: "4755278329947120829", Name: "mine", Sequence: 1, Enabled: true, Conditions: Object{"subjectContains": []string{"x"}}, Actions: Object{"markAsRead": true}},
		{ID: "12", Name: "hidden", Sequence: 2, Enabled: true, Hidden: true, Actions: Object{"delete": true}},
		{ID: "13", Name: "sound", Sequence: 3, Enabled: true, ClientOnly: true},
		{ID: "14", Name: "dated", Sequence: 4, Enabled: true, Conditions: Object{"ReceivedAfterDate": "2026-01-01T00:00:00Z"}, Actions: Object{"delete": true}},
	}
	inbox := map[string]string{"folder": "inbox"}
	list, err := listMessageRules(s.mail(inbox, ""))
	if err != nil || len(list) != 3 || list[0]["isReadOnly"] != false || list[1]["isReadOnly"] != true || list[2]["isReadOnly"] != true {
		t.Fatalf("%v %v", list, err)
	}
	if _, has := list[0]["exceptions"]; has {
		t.Error("a member that is not set is there")
	}
	at := func(i int) map[string]string {
		return map[string]string{"folder": "inbox", "rule": fmt.Sprint(list[i]["id"])}
	}
	if id := at(0)["rule"]; id == box.Rules[0].ID || !strings.HasSuffix(id, "=") {
		t.Errorf("ID %q", id)
	}
	o, err := updateMessageRule(s.mail(at(0), `{"isEnabled":false}`))
	if err != nil || o["isEnabled"] != false || box.Rules[0].Enabled || len(box.Rules) != 4 {
		t.Errorf("%v %v; %d rules", o, err, len(box.Rules))
	}
	r, body := s.lastRecord()
	if r.Operation != "UpdateInboxRules" || r.RecordType != 2 || !strings.Contains(fmt.Sprint(body["OperationProperties"]), "map[Name:RuleCondition Value:{}]") {
		t.Errorf("record %s", r.Body)
	}
	_, err = getMessageRule(s.mail(map[string]string{"folder": "inbox", "rule": graphRuleID(box.Rules[1])}, ""))
	refused(t, err, 404, "ErrorItemNotFound")
	for _, i := range []int{1, 2} {
		_, err = updateMessageRule(s.mail(at(i), `{"isEnabled":false}`))
		refused(t, err, 400, "ErrorInvalidOperation")
		_, err = deleteMessageRule(s.mail(at(i), ""))
		refused(t, err, 400, "ErrorInvalidOperation")
	}
	_, err = updateMessageRule(s.mail(at(0), `{"enabled":false}`))
	refused(t, err, 400, "RequestBodyRead")
	_, err = updateMessageRule(s.mail(at(0), `{"actions":{"explode":true}}`))
	refused(t, err, 400, "RequestBodyRead")
	_, err = updateMessageRule(s.mail(at(0), `{"isEnabled":"no"}`))
	refused(t, err, 400, "ErrorInvalidRequest")
	_, err = listMessageRules(s.mail(map[string]string{"folder": "sentitems"}, ""))
	refused(t, err, 400, "ErrorInvalidRequest")

	o, err = createMessageRule(s.mail(inbox, `{"displayName":"back","sequence":1,"isEnabled":true,"conditions":{"bodyOrSubjectContains":["invoice"],"sentToMe":false},"actions":{"moveToFolder":"junkemail","forwardTo":[{"emailAddress":{"name":"A","address":"a@partner.example"}}],"stopProcessingRules":true}}`))
	if err != nil || o["sequence"] != 1 || box.Rules[0].Sequence != 2 {
		t.Fatalf("%v %v", o, err)
	}
	_, body = s.lastRecord()
	if !strings.Contains(fmt.Sprint(body["OperationProperties"]), "a@partner.example") {
		t.Errorf("an added rule's record has its body: %v", body["OperationProperties"])
	}
	if o := s.one("Get-InboxRule", Object{"Mailbox": danaID, "Identity": "back"}); o["MoveToFolder"] != "Courrier indésirable" || fmt.Sprint(o["ForwardTo"]) != `["A" [SMTP:a@partner.example]]` || fmt.Sprint(o["SubjectOrBodyContainsWords"]) != "[invoice]" || o["MyNameInToBox"] != false {
		t.Errorf("%v", o)
	}
	args := map[string]string{"folder": "inbox", "rule": fmt.Sprint(o["id"])}
	if _, err := deleteMessageRule(s.mail(args, "")); err != nil {
		t.Fatal(err)
	}
	_, err = getMessageRule(s.mail(args, ""))
	refused(t, err, 404, "ErrorItemNotFound")
}

func TestAutoReplyHasTwoDoors(t *testing.T) {
	s := newShop(t)
	o, err := updateMailboxSettings(s.mail(nil, `{"automaticRepliesSetting":{"status":"alwaysEnabled","externalAudience":"contactsOnly","externalReplyMessage":"gone"}}`))
	if err != nil || nested(o, "automaticRepliesSetting")["status"] != "alwaysEnabled" {
		t.Fatalf("%v %v", o, err)
	}
	if o := s.one("Get-MailboxAutoReplyConfiguration", Object{"Identity": danaID}); o["AutoReplyState"] != "Enabled" || o["ExternalAudience"] != "Known" || o["ExternalMessage"] != "gone" {
		t.Errorf("%v", o)
	}
	s.run("Set-MailboxAutoReplyConfiguration", Object{"Identity": danaID, "AutoReplyState": "Disabled"})
	o, _ = getMailboxSettings(s.mail(nil, ""))
	if nested(o, "automaticRepliesSetting")["status"] != "disabled" || o["userPurpose"] != "user" {
		t.Errorf("%v", o)
	}
	_, err = updateMailboxSettings(s.mail(nil, `{"automaticRepliesSetting":{"status":"on"}}`))
	refused(t, err, 400, "ErrorInvalidRequest")
	_, err = updateMailboxSettings(s.mail(nil, `{"forwarding":"x"}`))
	refused(t, err, 400, "RequestBodyRead")
	_, err = updateMailboxSettings(s.mail(nil, `{"userPurpose":"shared"}`))
	refused(t, err, 400, "RequestBodyRead")
}

func TestCalendarContactsPeople(t *testing.T) {
	s := newShop(t)
	box := s.mailboxOf(danaID)
	box.folder("calendar").Permissions = []*Permission{{User: bossID, Rights: []string{"Editor"}, Flags: "Delegate"}}
	box.Contacts = []Object{{"displayName": "Ann"}}
	list, err := listCalendarPermissions(s.mail(nil, ""))
	if err != nil || len(list) != 2 || list[0]["role"] != "freeBusyRead" || list[1]["role"] != "delegateWithoutPrivateEventAccess" || nested(list[1], "emailAddress")["address"] != "bo@contoso.example" {
		t.Errorf("%v %v", list, err)
	}
	if list, _ = listContacts(s.mail(nil, "")); len(list) != 1 || list[0]["id"] == nil {
		t.Errorf("%v", list)
	}
	for _, f := range []func(*mailCall) ([]Object, error){listPeople, listFocus} {
		if list, err := f(s.mail(nil, "")); err != nil || list == nil || len(list) != 0 {
			t.Errorf("%v %v", list, err)
		}
	}
}

func TestSendMail(t *testing.T) {
	s := newShop(t)
	bo := s.mailboxOf(bossID)
	bo.ForwardingSMTP = "smtp:accounts@contoso.example"
	mail := `{"message":{"subject":"Hello","body":{"contentType":"Text","content":"c"},"toRecipients":[{"emailAddress":{"address":"bo@contoso.example"}}]},"saveToSentItems":true}`
	if _, err := sendMail(s.mail(nil, mail)); err != nil {
		t.Fatal(err)
	}
	if len(bo.folder("inbox").Messages) != 0 || len(s.mailboxOf(sharedID).folder("inbox").Messages) != 1 || len(s.mailboxOf(danaID).folder("sentitems").Messages) != 1 {
		t.Error("forwarded mail stayed, or went nowhere")
	}
	bo.DeliverAndForward = true
	if _, err := sendMail(s.mail(nil, mail)); err != nil || len(bo.folder("inbox").Messages) != 1 {
		t.Errorf("no copy in the mailbox: %v", err)
	}
	s.Restricted = []*Restricted{{Address: "dana@contoso.example", Since: s.now}}
	if _, err := sendMail(s.mail(nil, mail)); err != nil || len(bo.folder("inbox").Messages) != 1 {
		t.Errorf("a restricted sender's mail arrived: %v", err)
	}
	if r, _ := s.lastRecord(); r.Operation != "Send" || r.RecordType != 2 {
		t.Errorf("%+v", r)
	}
	_, err := sendMail(s.mail(nil, `{"message":{"subject":"x"}}`))
	refused(t, err, 400, "ErrorInvalidRecipients")
}
