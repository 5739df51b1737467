package app

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"evict"
	"evict/internal/collect"
	"evict/internal/gate"
	"evict/internal/m365"
	"evict/internal/timeline"
)

// self is the detail of a journal entry that says under which names logs know this program. What it did there is work of
// the response, and no evidence; when it did it, the intents say.
type self struct {
	Application string `json:"application"`         // client ID
	Principal   string `json:"principal,omitempty"` // object ID of its service principal; "" when it could not be read
}

// ownMargin is how long before and after an intent the logs may show it: the tenant's clock is not ours.
const ownMargin = 10 * time.Minute

// nameSelf keeps the names in the journal. It comes after what was sent, for containment waits for nothing.
func (s *session) nameSelf(ctx context.Context) error {
	if s.profile.Client == "" {
		return nil
	}
	raw, err := json.Marshal(self{Application: s.profile.Client, Principal: principalOf(ctx, s.client, s.profile.Client)})
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

// codeLives is how long before the first request a person may have entered this program's device code.
const codeLives = 15 * time.Minute

// ownSignIns are the sign-ins that asking the tenant took: of the application itself, or of the operator with a device
// code, which in his own account's log looks like one that an attacker talked him into.
func ownSignIns(asking []collect.Asking) []timeline.Work {
	var out []timeline.Work
	for _, a := range asking {
		from, to := evict.At(a.From.Std().Add(-codeLives-ownMargin), evict.Second), evict.At(a.To.Std().Add(ownMargin), evict.Second)
		out = append(out, timeline.Work{By: a.Application, From: from, To: to, What: "this program's collection", Kind: "responder", SignIns: true})
	}
	return out
}

// setsRisk are the operations after which Microsoft's records of an account's risk say what this program said: that an
// administrator did, and not who.
var setsRisk = []string{"confirm-compromised", "dismiss-risk"}

// ownWorks are what a journal says of this program's work: whenever an intent was, under each of its names.
func ownWorks(entries []gate.Entry) []timeline.Work {
	names, spans, risks := map[string]bool{}, []timeline.Work{}, []timeline.Work{}
	for _, e := range entries {
		switch e.Kind {
		case gate.Declared:
			var s self
			if json.Unmarshal(e.Detail, &s) == nil {
				names[s.Application], names[s.Principal] = true, true
			}
		case gate.Intended:
			i, ok := e.Intent()
			from, to := evict.At(e.Time.Add(-ownMargin).UTC(), evict.Second), evict.At(e.Time.Add(ownMargin).UTC(), evict.Second)
			if ok && slices.Contains(setsRisk, i.Operation) {
				risks = append(risks, timeline.Work{Account: i.Object.Account, From: from, To: to, What: "this program's response", Kind: "responder", Risk: true})
			}
			if n := len(spans); n > 0 && !spans[n-1].To.Before(from) { // the journal is in the order of time
				spans[n-1].To = to
				continue
			}
			spans = append(spans, timeline.Work{From: from, To: to, What: "this program's response", Kind: "responder"})
		}
	}
	delete(names, "")
	out := risks
	for by := range names {
		for _, w := range spans {
			w.By = by
			out = append(out, w)
		}
	}
	return out
}
