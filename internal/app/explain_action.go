package app

import (
	"strings"

	"evict/internal/detect"
	"evict/internal/m365"
	"evict/internal/respond"
)

// An ActionExplanation is what one action does, for a person.
type ActionExplanation struct {
	ID          string   `json:"id"`
	Revision    int      `json:"revision"`
	Phase       string   `json:"phase"`
	Procedure   []string `json:"procedure"` // R1..R7
	Title       string   `json:"title"`
	Doc         string   `json:"doc"`
	Manual      bool     `json:"manual"` // only a person can do it
	ByHand      string   `json:"byHand"`
	Shell       string   `json:"powershell"`
	Minutes     int      `json:"effectiveMinutes"` // until the service obeys it everywhere; 0: at once
	Noticed     []string `json:"noticed"`
	Undo        string   `json:"undo,omitempty"`
	NoUndo      string   `json:"noUndo,omitempty"`
	Question    string   `json:"question,omitempty"` // asked when a manual step is done
	Kept        string   `json:"kept,omitempty"`     // of the answer
	Permissions []string `json:"permissions"`
	Plans       []string `json:"servicePlans"`
	Answers     []string `json:"answers"` // detectors that call for it
	Operations  []string `json:"operations"`
}

// ExplainAction returns the action with the ID; all of them for "".
func ExplainAction(id string) []ActionExplanation {
	var out []ActionExplanation
	for _, a := range respond.Catalog {
		if id == "" || strings.EqualFold(id, string(a.ID)) {
			out = append(out, explainAction(a))
		}
	}
	return out
}

func explainAction(a *respond.Action) ActionExplanation {
	doc, hand, _ := strings.Cut(strings.TrimSpace(a.Doc), "By hand: ")
	e := ActionExplanation{
		ID: string(a.ID), Revision: a.Rev, Phase: string(a.Phase), Procedure: append([]string{}, a.Procedure...), Title: a.Title, Doc: oneLine(doc), Manual: a.Manual(), ByHand: oneLine(hand), Shell: a.Shell,
		Minutes: a.Minutes, Noticed: a.Noticed, Undo: a.Undo, NoUndo: a.NoUndo, Question: a.Confirm.Text, Kept: a.Confirm.Keep, Permissions: []string{}, Plans: append([]string{}, a.Plans...), Answers: []string{}, Operations: append([]string{}, a.Ops...),
	}
	seen := map[string]bool{}
	for _, id := range a.Ops {
		op, _ := m365.OperationByID(id)
		for _, p := range append(op.Permission[:min(1, len(op.Permission))], op.Roles...) {
			if !seen[p] {
				seen[p] = true
				e.Permissions = append(e.Permissions, p)
			}
		}
	}
	for _, d := range detect.Catalog {
		for _, x := range d.Actions {
			if string(x) == e.ID {
				e.Answers = append(e.Answers, d.ID)
			}
		}
	}
	return e
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
