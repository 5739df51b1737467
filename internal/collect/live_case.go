package collect

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"evict"
)

// Asked is what a case says of one item: what its source was asked for, and whether all of it came.
type Asked struct {
	Source   string // a kind of evidence
	From, To evict.Time
	Complete bool
	Why      string // it is not complete
}

// FromCase is a case's evidence for the passes.
type FromCase struct {
	Items    []Item     // in the order of the manifest; then one without a record for each source that gave none
	Accounts []string   // that were asked for
	Opened   []string   // mailboxes of others that they can open or did open
	Licence  string     // none, P1 or P2 by service plans; "" when it is not known
	AsOf     evict.Time // when the last of it was read
	Asking   []Asking   // in the order of the manifest
}

// Asking is a time in which an application of ours asked the tenant without a longer rest.
type Asking struct {
	Application string // client ID
	From, To    evict.Time
}

// rest is how long no request may be for the next to be of the same asking. A token is good for about an hour.
const rest = time.Hour

// ours is how Live's caller names the application that asks, at the end of Evidence.Requester.
var ours = regexp.MustCompile(`, application ([0-9A-Fa-f-]{36}), profile [^,]*$`)

func (f *FromCase) asked(it Evidence) {
	found := ours.FindStringSubmatch(it.Requester)
	if found == nil {
		return
	}
	at := evict.At(readAt(it).UTC(), evict.Second)
	for i := range f.Asking {
		if a := &f.Asking[i]; a.Application == found[1] && at.Sub(a.To) <= rest && a.From.Sub(at) <= rest {
			if at.Before(a.From) {
				a.From = at
			}
			if a.To.Before(at) {
				a.To = at
			}
			return
		}
	}
	f.Asking = append(f.Asking, Asking{found[1], at, at})
}

// ReadCase lists what a case holds. Sources of which only the response and the report make use are left out.
func ReadCase(c Store) (FromCase, error) {
	var out FromCase
	list, err := c.Coverage()
	if err != nil {
		return out, err
	}
	names, err := accountsOf(c)
	if err != nil {
		return out, err
	}
	items := c.Items()
	slices.SortFunc(items, func(a, b Evidence) int { return cmp.Compare(a.Seq, b.Seq) })
	kinds := kindsAsked(list, items, names)
	for _, it := range items {
		if kind := sources[it.Source].kind; kinds[kind] == nil {
			kinds[kind] = &Asked{Source: kind, Why: "the collection was stopped before it could say what it has"}
		}
	}
	has := map[outcomeKey]bool{}
	for _, it := range items {
		if at := evict.At(readAt(it).UTC(), evict.Second); !out.AsOf.Set || out.AsOf.Before(at) {
			out.AsOf = at
		}
		out.asked(it)
		kind := sources[it.Source].kind
		if kind == "" || sources[it.Source].is&mute != 0 {
			continue
		}
		has[outcomeKey{it.Source, it.Account}] = true
		out.Items = append(out.Items, Item{
			Name: fmt.Sprintf("%s/%s%05d", it.Source, folderOf(names, it.Account), it.Seq), Size: it.Bytes, Owner: strings.TrimSuffix(folderOf(names, it.Account), "/"), Asked: kinds[kind],
			Open: func() (io.ReadCloser, error) {
				b, err := c.Read(it)
				return io.NopCloser(bytes.NewReader(b)), err
			},
		})
	}
	for _, cov := range list {
		if out.Licence == "" {
			out.Licence = cov.Licence
		}
		kind := sources[cov.Source].kind
		if kind == "" || has[outcomeKey{cov.Source, cov.Account}] {
			continue
		}
		// The report names every source, so that one that was refused is not taken for one that was never thought of.
		out.Items = append(out.Items, Item{
			Name: cov.Source + "/" + folderOf(names, cov.Account) + cov.State, Size: int64(len(nothing)), Asked: kinds[kind],
			Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(nothing)), nil },
		})
	}
	for _, a := range names {
		if a.Opened {
			out.Opened = append(out.Opened, cmp.Or(a.UPN, a.ID))
		} else {
			out.Accounts = append(out.Accounts, cmp.Or(a.UPN, a.ID))
		}
	}
	return out, nil
}

// readAt is when an item was read, by the tenant's clock where it told its time: the logs' times are that clock's.
func readAt(it Evidence) time.Time {
	if !it.Server.IsZero() {
		return it.Server
	}
	return it.Local
}

// nothing is an answer without a record.
const nothing = `{"value":[]}`

func folderOf(accounts []Account, id string) string {
	if id == "" {
		return ""
	}
	for _, a := range accounts {
		if a.ID == id && a.UPN != "" {
			return a.UPN + "/"
		}
	}
	return id + "/"
}

// kindsAsked says of each kind of evidence what was asked of all its sources together, for all accounts: what one could not see, none of them shows.
func kindsAsked(list []Coverage, items []Evidence, accounts []Account) map[string]*Asked {
	out := map[string]*Asked{}
	good, holes := map[string]int{}, map[string][]string{}
	for _, c := range list {
		info := sources[c.Source]
		if info.kind == "" {
			continue
		}
		a := out[info.kind]
		if a == nil {
			a = &Asked{Source: info.kind}
			out[info.kind] = a
		}
		switch {
		case c.State == Complete || c.State == Empty:
			good[info.kind]++
			a.narrow(c.Got.From, c.Got.To)
		case info.is&extra != 0:
		case c.State == NotLicensed:
			holes[info.kind] = append(holes[info.kind], "")
		default:
			holes[info.kind] = append(holes[info.kind], hole(c, accounts))
		}
	}
	for _, it := range items {
		if a := out[sources[it.Source].kind]; a != nil && it.To.IsZero() {
			from := readAt(it)
			if a.Source == "risk" { // a log, though it is asked for without a window
				from = from.Add(-keptRisk)
			}
			a.narrow(from, readAt(it))
		}
	}
	for kind, a := range out {
		whys := slices.DeleteFunc(slices.Clone(holes[kind]), func(s string) bool { return s == "" })
		slices.Sort(whys)
		whys = slices.Compact(whys)
		switch {
		case len(whys) > 3:
			a.Why = strings.Join(whys[:3], "; ") + fmt.Sprintf("; and %d more", len(whys)-3)
		case len(whys) > 0:
			a.Why = strings.Join(whys, "; ")
		case len(holes[kind]) > 0 && good[kind] == 0:
			a.Why = "not licensed: the tenant's service plans can't hold it"
		default:
			a.Complete = true
		}
	}
	return out
}

// hole says in one line what a source lacks.
func hole(c Coverage, accounts []Account) string {
	s := c.Source
	if c.Account != "" {
		s += " of " + strings.TrimSuffix(folderOf(accounts, c.Account), "/")
	}
	s += " is " + c.State
	if c.Why != "" {
		s += " (" + c.Why + ")"
	}
	return s
}

// narrow keeps what all of the sources cover.
func (a *Asked) narrow(from, to time.Time) {
	if from.IsZero() || to.IsZero() {
		return
	}
	f, t := evict.At(from.UTC(), evict.Second), evict.At(to.UTC(), evict.Second)
	if !a.From.Set || strings.HasSuffix(a.Source, "-state") && f.Before(a.From) || !strings.HasSuffix(a.Source, "-state") && a.From.Before(f) {
		a.From = f
	}
	if !a.To.Set || t.Before(a.To) {
		a.To = t
	}
}
