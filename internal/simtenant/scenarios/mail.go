package scenarios

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"evict/internal/simtenant"
)

// A mail is one message on its way into or out of a mailbox.
type mail struct {
	id, subject, from string
	to                []string
	at                time.Time
	hand              string
	attachments       bool
}

// A shelf finds a mailbox's folders and messages.
type shelf struct {
	paths map[string]*simtenant.Folder // as the audit log writes them: \Inbox\Projects; "?recoverable\…" for the hidden ones
	at    map[string][]spot            // by internet message ID: what one sends to oneself lies in two places
	got   map[string]bool              // messages delivered: a recipient named twice gets one
}

type spot struct {
	in  *simtenant.Folder
	msg *simtenant.Message
}

func (s *shelf) add(m *simtenant.Mailbox, parent, name, known, path string) *simtenant.Folder {
	f := &simtenant.Folder{ID: graphID("folder", m.User, path, name), Parent: parent, Name: name, WellKnown: known}
	m.Folders = append(m.Folders, f)
	s.paths[path] = f
	return f
}

// graphID is an ID in the form that Graph gives to folders and messages.
func graphID(parts ...string) string {
	return "AAMkAG" + base64.URLEncoding.EncodeToString(append(digest(parts), digest(append(parts, "more"))[:13]...))
}

// folder is the folder at a path, made with those above it where they are missing.
func (b *builder) folder(m *simtenant.Mailbox, path string) *simtenant.Folder {
	s := b.index[m]
	if f := s.paths[path]; f != nil {
		return f
	}
	i := strings.LastIndexByte(path, '\\')
	parent := s.paths[""]
	if i > 0 {
		parent = b.folder(m, path[:i])
	}
	return s.add(m, parent.ID, path[i+1:], "", path)
}

func (b *builder) put(m *simtenant.Mailbox, f *simtenant.Folder, x mail) *simtenant.Message {
	msg := &simtenant.Message{
		ID: graphID("message", m.User, x.id, f.ID), InternetID: x.id, Conversation: graphID("conversation", bareSubject(x.subject)), Subject: x.subject, From: x.from, Sender: x.from, To: x.to,
		Sent: x.at, Received: x.at, Modified: x.at, Attachments: x.attachments, ByHand: x.hand,
	}
	f.Messages = append(f.Messages, msg)
	b.index[m].at[x.id] = append(b.index[m].at[x.id], spot{f, msg})
	return msg
}

func bareSubject(s string) string {
	for {
		rest, ok := strings.CutPrefix(strings.ToLower(s), "re: ")
		if !ok {
			return strings.ToLower(s)
		}
		s = rest
	}
}

// deliver puts a message where the mailbox's rules want it.
func (b *builder) deliver(m *simtenant.Mailbox, x mail) *simtenant.Message {
	f, read := b.folder(m, `\Inbox`), false
	for _, r := range m.Rules {
		if !r.Enabled || r.ClientOnly || !fits(r.Conditions, x) {
			continue
		}
		if id, ok := r.Actions["moveToFolder"].(string); ok {
			f = folderOf(m, id)
		}
		if r.Actions["delete"] == true {
			f = b.folder(m, `\Deleted Items`)
		}
		read = read || r.Actions["markAsRead"] == true
		if r.Actions["stopProcessingRules"] == true {
			break
		}
	}
	msg := b.put(m, f, x)
	msg.Read = read
	return msg
}

func folderOf(m *simtenant.Mailbox, id string) *simtenant.Folder {
	for _, f := range m.Folders {
		if f.ID == id {
			return f
		}
	}
	return m.Folders[0] // unreachable: rules name folders that exist
}

// fits says whether a rule's conditions, in Graph's spelling, mean the message.
func fits(conditions simtenant.Object, x mail) bool {
	for name, v := range conditions {
		ok := false
		switch name {
		case "fromAddresses":
			for _, p := range v.([]simtenant.Object) {
				address := p["emailAddress"].(simtenant.Object)["address"].(string)
				ok = ok || strings.EqualFold(address, x.from)
			}
		case "bodyOrSubjectContains", "subjectContains":
			for _, word := range v.([]string) {
				ok = ok || strings.Contains(strings.ToLower(x.subject), strings.ToLower(word))
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

// move takes a message from one folder to another; what the mailbox no longer
// has there stays where it is.
func (b *builder) move(m *simtenant.Mailbox, id, from, path string, at time.Time) {
	to := b.folder(m, path)
	for i, p := range b.index[m].at[id] {
		if p.in != b.folder(m, from) || p.in == to {
			continue
		}
		p.in.Messages = slices.DeleteFunc(p.in.Messages, func(x *simtenant.Message) bool { return x == p.msg })
		p.msg.Was, p.msg.Modified = p.in.ID, at
		to.Messages = append(to.Messages, p.msg)
		b.index[m].at[id][i].in = to
		return
	}
}

// graphPeople are recipients as Graph writes them.
func graphPeople(addresses ...string) []simtenant.Object {
	var out []simtenant.Object
	for _, a := range addresses {
		out = append(out, simtenant.Object{"emailAddress": simtenant.Object{"name": a, "address": a}})
	}
	return out
}
