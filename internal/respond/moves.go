package respond

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"evict"
	"evict/internal/m365"
)

// A moved message is one that an action puts into another folder. It is found by
// its internet message ID, which the logs have too; Graph's immutable ID stays the
// same through a move.
type moved struct {
	Internet string `json:"internetMessageId"`
	ID       string `json:"id,omitempty"`
	Folder   string `json:"folder,omitempty"`
	Subject  string `json:"subject,omitempty"`
}

// moves is the state of such an action, and what a planner wants of it.
type moves struct {
	To       string   `json:"to,omitempty"` // folder that they belong in
	Messages []moved  `json:"messages"`
	Missing  []string `json:"missing,omitempty"` // internet message IDs that are nowhere
}

var immutable = map[string][]string{"Prefer": {`IdType="ImmutableId"`}}

func movesOf(raw json.RawMessage) (m moves, err error) {
	return m, decode("messages to move", raw, &m)
}

// messageState is canonical: sorted, and with its order of fields.
func (m moves) state() json.RawMessage {
	slices.SortFunc(m.Messages, func(a, b moved) int { return cmp.Or(cmp.Compare(a.Internet, b.Internet), cmp.Compare(a.ID, b.ID)) })
	slices.Sort(m.Missing)
	return canonical(state(m))
}

// folderOf is a folder's ID by its well-known name.
func folderOf(ctx context.Context, r Reader, account, name string) (string, error) {
	var f row
	err := fetch(ctx, r, m365.Call{Op: "get-mail-folder", Args: map[string]string{"id": account, "folder": name}, Query: selecting(), Header: immutable}, &f)
	if err != nil {
		return "", err
	}
	picked, err := pick("get-mail-folder", f, "id")
	return text(picked, "id"), err
}

// copies are all messages of a mailbox with that internet message ID, those that
// were deleted for good but are still recoverable too.
func copies(ctx context.Context, r Reader, account, internet string) ([]moved, error) {
	q := url.Values{"$filter": {"internetMessageId eq '" + strings.ReplaceAll(internet, "'", "''") + "'"}, "$select": {"id,internetMessageId,parentFolderId,subject"}}
	found, err := rows(ctx, r, m365.Call{Op: "find-messages", Args: user(account), Query: q, Header: immutable})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		found, err = rows(ctx, r, m365.Call{Op: "list-messages", Args: map[string]string{"id": account, "folder": "recoverableitemsdeletions"}, Query: q, Header: immutable})
		if err != nil && !missing(err) {
			return nil, err
		}
	}
	var out []moved
	for _, f := range found {
		if _, err := pick("messages", f, "id", "parentFolderId"); err != nil {
			return nil, err
		}
		out = append(out, moved{Internet: internet, ID: text(f, "id"), Folder: text(f, "parentFolderId"), Subject: text(f, "subject")})
	}
	return out, nil
}

// locate reads where the wanted messages lie now. Copies in the folders of keep (the
// account's own sent ones) are none of them, and neither is, once a plan has named
// its copies, any other.
func locate(ctx context.Context, r Reader, account string, wanted []moved, keep ...string) (moves, error) {
	out := moves{Messages: []moved{}}
	var own []string
	for _, name := range keep {
		id, err := folderOf(ctx, r, account, name)
		if err != nil && !missing(err) {
			return out, err
		}
		own = append(own, id)
	}
	asked := map[string][]moved{}
	for _, m := range wanted {
		asked[m.Internet] = append(asked[m.Internet], m)
	}
	for internet, named := range asked {
		found, err := copies(ctx, r, account, internet)
		if err != nil {
			return out, err
		}
		none := true
		for _, f := range found {
			if slices.Contains(own, f.Folder) || !slices.ContainsFunc(named, func(m moved) bool { return m.names(f) }) {
				continue
			}
			out.Messages, none = append(out.Messages, f), false
		}
		if none {
			out.Missing = append(out.Missing, internet)
		}
	}
	return out, nil
}

// names reports whether a wanted message is this copy: by its ID, else by the
// folder that it was hidden in, else any.
func (m moved) names(f moved) bool {
	switch {
	case m.ID != "":
		return m.ID == f.ID
	case m.Folder != "":
		return m.Folder == f.Folder
	}
	return true
}

// placed reports whether each message of the state lies where it says.
func placed(want, now json.RawMessage) bool {
	a, err := movesOf(want)
	b, err2 := movesOf(now)
	if err != nil || err2 != nil || len(a.Messages) == 0 {
		return false
	}
	at := map[string]string{}
	for _, m := range b.Messages {
		at[m.ID] = m.Folder
	}
	for _, m := range a.Messages {
		if at[m.ID] != m.Folder {
			return false
		}
	}
	return true
}

func placedAfter(s evict.Step, now json.RawMessage) bool  { return placed(s.After, now) }
func placedBefore(s evict.Step, now json.RawMessage) bool { return placed(s.Before, now) }

// moveTo plans every message into one folder.
func moveTo(before json.RawMessage, folder string) (json.RawMessage, error) {
	m, err := movesOf(before)
	if err != nil {
		return nil, err
	}
	there := true
	for i := range m.Messages {
		there = there && m.Messages[i].Folder == folder
		m.Messages[i].Folder = folder
	}
	if there {
		return nil, ErrAlready
	}
	return m.state(), nil
}

// move sends one request for each message that is not where it shall be. folder
// turns the plan's name of a folder into an ID.
func move(ctx context.Context, w Writer, account string, now, after moves, folder func(string) (string, error)) error {
	at := map[string]string{}
	for _, m := range now.Messages {
		at[m.ID] = m.Folder
	}
	for _, m := range after.Messages {
		if at[m.ID] == m.Folder {
			continue
		}
		to, err := folder(m.Folder)
		if err != nil {
			return err
		}
		_, err = w.Write(ctx, m365.Call{Op: "move-message", Args: map[string]string{"id": account, "message": m.ID}, Body: row{"destinationId": to}, Header: immutable})
		if err != nil {
			return err
		}
	}
	return nil
}
