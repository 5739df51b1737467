package app

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"evict"
	"evict/internal/casefile"
	"evict/internal/gate"
	"evict/internal/m365"
	"evict/internal/timeline"
)

// An ownWork is the detail of a journal entry that declares what this program did in a tenant: work of the response, and no evidence.
type ownWork struct {
	Application string    `json:"application"`         // client ID
	Principal   string    `json:"principal,omitempty"` // object ID of its service principal; "" when it could not be read
	From        time.Time `json:"from"`
	To          time.Time `json:"to"`
}

// Both ends of a run are widened: the tenant's clock is not ours.
const ownMargin = 10 * time.Minute

// declareOwn keeps that this application worked in the tenant since a time.
func (s *session) declareOwn(ctx context.Context, client *m365.Client, since time.Time) error {
	if s.profile.Client == "" {
		return nil
	}
	w := ownWork{Application: s.profile.Client, Principal: principalOf(ctx, client, s.profile.Client), From: since.Add(-ownMargin).UTC(), To: time.Now().Add(ownMargin).UTC()}
	raw, err := json.Marshal(w)
	if err == nil {
		_, err = s.kept.Journal().Append(gate.Entry{Time: time.Now().UTC(), Kind: gate.Declared, Plan: s.hash, Detail: raw})
	}
	return err
}

// principalOf is the object ID under which directory logs know an application; "" when it can't be read.
func principalOf(ctx context.Context, client *m365.Client, application string) string {
	resp, err := client.Reader().Do(ctx, m365.Call{Op: "list-service-principals", Query: url.Values{"$filter": {"appId eq '" + application + "'"}, "$select": {"id"}}})
	if err != nil {
		return ""
	}
	var list struct {
		Value []struct{ ID string }
	}
	if json.Unmarshal(resp.Body, &list) != nil || len(list.Value) != 1 {
		return ""
	}
	return list.Value[0].ID
}

// ownWorks are what a case's journal declares of this program's work.
func ownWorks(c *casefile.Case) ([]timeline.Work, error) {
	entries, err := c.Journal().Entries()
	if err != nil {
		return nil, err
	}
	var out []timeline.Work
	for _, e := range entries {
		var w ownWork
		if e.Kind != gate.Declared || json.Unmarshal(e.Detail, &w) != nil || w.Application == "" {
			continue
		}
		for _, by := range []string{w.Application, w.Principal} {
			if by != "" {
				out = append(out, timeline.Work{By: by, From: evict.At(w.From, evict.Second), To: evict.At(w.To, evict.Second), What: "this program's response", Kind: "responder"})
			}
		}
	}
	return out, nil
}
