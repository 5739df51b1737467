package report

import (
	"encoding/json"
	"io"
	"sort"
	"strings"

	"evict"
)

// Indicators writes what the attacker's strands used, for finding the same
// hand in another case. A network or device that an owner's strand used too
// is left out: it would accuse its owner there.
func Indicators(w io.Writer, inv *evict.Investigation) error {
	owners := map[string]bool{}
	for _, a := range inv.Accounts {
		for _, x := range a.Strands {
			if x.Verdict == evict.ByOwner {
				owners[x.Network], owners[x.Device] = true, true
			}
		}
	}
	lists := map[string]map[string]evict.Indicator{"network": {}, "device": {}, "app": {}, "session": {}}
	for _, a := range inv.Accounts {
		for _, x := range a.Strands {
			if x.Verdict != evict.ByAttacker {
				continue
			}
			if app, ok := strings.CutPrefix(x.Network, "app:"); ok {
				merge(lists["app"], app, x)
			} else if !owners[x.Network] {
				merge(lists["network"], x.Network, x)
			}
			if !owners[x.Device] {
				merge(lists["device"], x.Device, x)
			}
			merge(lists["session"], x.Session, x)
		}
	}
	doc := evict.Indicators{Schema: evict.IndicatorsSchema, Case: inv.Case,
		Networks: ordered(lists["network"]), Devices: ordered(lists["device"]), Apps: ordered(lists["app"]), Sessions: ordered(lists["session"]),
		Agents: []evict.Indicator{}, Phones: []evict.Indicator{}, RuleNames: []evict.Indicator{}, Domains: []evict.Indicator{}}
	b, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(visible(b), '\n'))
	return err
}

// merge adds a strand's use of a value to what is known of it.
func merge(m map[string]evict.Indicator, value string, x evict.Strand) {
	if value == "" {
		return
	}
	i, ok := m[value]
	if !ok {
		i = evict.Indicator{Value: value, From: x.From, To: x.To, Note: x.Client}
	}
	if x.From.Before(i.From) || !i.From.Set {
		i.From = x.From
	}
	if i.To.Before(x.To) || !i.To.Set {
		i.To = x.To
	}
	if x.Client < i.Note { // any one of several, but always the same one
		i.Note = x.Client
	}
	m[value] = i
}

func ordered(m map[string]evict.Indicator) []evict.Indicator {
	out := make([]evict.Indicator, 0, len(m))
	for _, i := range m {
		out = append(out, i)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Value < out[j].Value })
	return out
}
