package app

import (
	"fmt"
	"strings"

	"evict/internal/detect"
)

// An Explanation is what one detector means, for a person.
type Explanation struct {
	ID         string   `json:"id"`
	Revision   int      `json:"revision"`
	Scope      string   `json:"scope"`
	Seed       bool     `json:"seed"`
	Item       string   `json:"item"`
	Title      string   `json:"title"`
	Doc        string   `json:"doc"`
	Techniques []string `json:"techniques"`
	Symptoms   []string `json:"symptoms"`
	Needs      []string `json:"needs"`
	Actions    []string `json:"actions"`
}

// Explain returns the detectors with the ID or the item; all of them for "".
func Explain(id string) []Explanation {
	var out []Explanation
	for _, d := range detect.Catalog {
		if id != "" && !strings.EqualFold(id, d.ID) && !strings.EqualFold(id, d.Item) {
			continue
		}
		e := Explanation{
			ID: d.ID, Revision: d.Rev, Scope: d.Scope.String(), Seed: d.Seed, Item: d.Item, Title: d.Title, Doc: strings.TrimSpace(d.Doc),
			Techniques: d.Techniques, Actions: d.Actions, Symptoms: []string{}, Needs: []string{},
		}
		for _, s := range d.Symptoms {
			e.Symptoms = append(e.Symptoms, fmt.Sprintf("S%d", s))
		}
		for _, n := range d.Needs {
			e.Needs = append(e.Needs, needText(n))
		}
		out = append(out, e)
	}
	return out
}

func needText(n detect.Need) string {
	var kinds []string
	for _, k := range n.Any {
		kinds = append(kinds, k.String())
	}
	s := strings.Join(kinds, " or ")
	for i, f := range n.Fields {
		if i == 0 && s != "" {
			s += " with "
		} else if i > 0 {
			s += ", "
		}
		s += string(f)
	}
	for i, also := range n.Also {
		if i == 0 {
			s += "; in full only with "
		} else {
			s += " and "
		}
		s += needText(also)
	}
	return s
}
