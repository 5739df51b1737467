package report

import (
	"fmt"
	"html/template"
	"math"
	"sort"
	"strings"

	"evict"
)

// maxLanes is how many strands a chart draws.
const maxLanes = 40

// strandChart draws an account's strands over time, a lane each with its
// successful sign-ins, below the times of its findings. Text stays outside the
// drawings, so that it keeps its size on a telephone.
func strandChart(a *evict.Account) template.HTML {
	var list []*evict.Strand
	for _, v := range []evict.Attribution{evict.ByAttacker, evict.ByUnknown, evict.ByOwner} {
		for _, s := range strandsBy(a.Strands, v) {
			if s.From.Set && s.To.Set {
				list = append(list, s)
			}
		}
	}
	if len(list) == 0 {
		return ""
	}
	from, to := list[0].From, list[0].To
	for _, s := range list {
		if s.From.Before(from) {
			from = s.From
		}
		if to.Before(s.To) {
			to = s.To
		}
	}
	x := func(t evict.Time) float64 {
		if to.Nano == from.Nano {
			return 0
		}
		return min(max(float64(t.Nano-from.Nano)/float64(to.Nano-from.Nano)*1000, 0), 1000)
	}
	var b strings.Builder
	lane := func(label, title string, draw func()) {
		fmt.Fprintf(&b, `<div class="lane"><div>%s</div><svg role="img" aria-label="%s" viewBox="0 0 1000 18" preserveAspectRatio="none"><rect class="rail" width="1000" height="18"/>`,
			template.HTMLEscapeString(label), template.HTMLEscapeString(title))
		draw()
		b.WriteString("</svg></div>\n")
	}
	b.WriteString(`<div class="chart">` + "\n")
	if marks := findingMarks(a, x, from, to); marks != "" {
		lane("findings", "times of the findings", func() { b.WriteString(marks) })
	}
	left := 0
	if len(list) > maxLanes {
		left = len(list) - maxLanes
		list = list[:maxLanes]
	}
	symbol := map[string]string{"attacker": "■", "unknown": "?", "owner": "●"}
	for _, s := range list {
		class := known(string(s.Verdict), "unknown", "attacker", "owner")
		label := fmt.Sprintf("%s %s, %s: %s", symbol[class], class, network(s.Network), count(s.SignIns, "sign-in", "sign-ins"))
		lane(label, label+" "+between(evict.Window{From: s.From, To: s.To}), func() {
			x0, x1 := x(s.From), x(s.To)
			wide := max(x1-x0, 6) // a single moment must be seen
			fmt.Fprintf(&b, `<rect class="fill-%s" x="%.1f" y="3" width="%.1f" height="12"/>`, class, min(x0, 1000-wide), wide)
		})
	}
	mid := evict.Time{Nano: from.Nano + (to.Nano-from.Nano)/2, Prec: from.Prec, Set: true}
	fmt.Fprintf(&b, `<div class="axis"><span>%s</span><span>%s</span><span>%s</span></div>`, minute(from), minute(mid), minute(to))
	if left > 0 {
		fmt.Fprintf(&b, `<p class="small">…(+%s more strands, in the tables)</p>`, thousands(left))
	}
	b.WriteString("</div>\n")
	return template.HTML(b.String())
}

// findingMarks draws a tick for each finding of low or higher inside the chart's
// time; ticks that fall on one place are drawn once, the gravest on top.
func findingMarks(a *evict.Account, x func(evict.Time) float64, from, to evict.Time) string {
	list := sortedFindings(a.Findings)
	drawn := map[int]bool{}
	var ticks []string
	for _, f := range list {
		if f.Severity == evict.Info || !f.Time.Set || f.Time.Before(from) || to.Before(f.Time) {
			continue
		}
		at := int(x(f.Time))
		if drawn[at] {
			continue
		}
		drawn[at] = true
		ticks = append(ticks, fmt.Sprintf(`<rect class="fill-%s" x="%d" width="3" height="18"/>`, f.Severity, min(at, 997)))
	}
	sort.Strings(ticks)
	return strings.Join(ticks, "")
}

// A spot is one place on the map with what came from there.
type spot struct {
	lat, lon float64
	class    string
	place    string
	strands  int
}

const (
	mapWidth  = 720.0
	mapHeight = 360.0
	maxSpots  = 500
	maxLabels = 12
)

// worldMap draws where the strands of all listed accounts came from, zoomed to
// what there is; "" when no place is known.
func worldMap(inv *evict.Investigation) template.HTML {
	spots := spotsOf(inv)
	if len(spots) == 0 {
		return ""
	}
	west, east, south, north := 180.0, -180.0, 90.0, -90.0
	for _, p := range spots {
		west, east = min(west, p.lon), max(east, p.lon)
		south, north = min(south, p.lat), max(north, p.lat)
	}
	// The frame is twice as wide as high, never narrower than 60
	// degrees, below which the coarse land helps nobody.
	span := min(max((east-west)*1.5, (north-south)*3, 60), 360)
	lon0 := (west+east)/2 - span/2
	lat1 := (north+south)/2 + span/4
	k := mapWidth / span
	project := func(lat, lon float64) (float64, float64) { return (lon - lon0) * k, (lat1 - lat) * k }

	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="map" role="img" aria-label="Map of the places of %s" viewBox="0 0 %.0f %.0f">`, count(len(spots), "origin", "origins"), mapWidth, mapHeight)
	for _, poly := range land {
		b.WriteString(`<polygon class="land" points="`)
		for i := 0; i < len(poly); i += 2 {
			x, y := project(float64(poly[i+1]), float64(poly[i]))
			fmt.Fprintf(&b, "%.1f,%.1f ", x, y)
		}
		b.WriteString(`"/>`)
	}
	step := 30.0
	if span < 90 {
		step = 10
	}
	for d := -180.0; d <= 180; d += step {
		x, _ := project(0, d)
		fmt.Fprintf(&b, `<path class="grid" d="M%.1f 0V%.0f"/>`, x, mapHeight)
		_, y := project(d/2, 0)
		fmt.Fprintf(&b, `<path class="grid" d="M0 %.1fH%.0f"/>`, y, mapWidth)
	}
	for _, p := range spots {
		x, y := project(p.lat, p.lon)
		title := template.HTMLEscapeString(fmt.Sprintf("%s: %s, %s", p.class, p.place, count(p.strands, "strand", "strands")))
		switch p.class {
		case "attacker":
			fmt.Fprintf(&b, `<rect class="mark fill-attacker" x="%.1f" y="%.1f" width="12" height="12"><title>%s</title></rect>`, x-6, y-6, title)
		case "owner":
			fmt.Fprintf(&b, `<circle class="mark fill-owner" cx="%.1f" cy="%.1f" r="6"><title>%s</title></circle>`, x, y, title)
		default:
			fmt.Fprintf(&b, `<path class="mark fill-unknown" d="M%.1f %.1fl7 12h-14z"><title>%s</title></path>`, x, y-7, title)
		}
	}
	labels(&b, spots, project)
	b.WriteString("</svg>\n")
	return template.HTML(b.String())
}

// labels names the places, attackers first, where a name does not cover another.
func labels(b *strings.Builder, spots []spot, project func(lat, lon float64) (float64, float64)) {
	type box struct{ x, y float64 }
	var taken []box
	for i := len(spots) - 1; i >= 0 && len(taken) < maxLabels; i-- {
		p := spots[i]
		x, y := project(p.lat, p.lon)
		free := p.place != ""
		for _, t := range taken {
			if math.Abs(t.x-x) < 120 && math.Abs(t.y-y) < 15 {
				free = false
			}
		}
		if !free {
			continue
		}
		taken = append(taken, box{x, y})
		anchor, dx := "start", 10.0
		if x > mapWidth-140 {
			anchor, dx = "end", -10
		}
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`, x+dx, y+5, anchor, template.HTMLEscapeString(p.place))
	}
}

// spotsOf gathers the places: owners first, so that attackers are drawn over them.
func spotsOf(inv *evict.Investigation) []spot {
	type key struct {
		lat, lon int
		class    string
	}
	at := map[key]*spot{}
	for _, a := range inv.Accounts {
		for _, s := range a.Strands {
			if s.Point == nil || math.Abs(s.Point.Lat) > 90 || math.Abs(s.Point.Lon) > 180 {
				continue
			}
			class := known(string(s.Verdict), "unknown", "attacker", "owner")
			k := key{int(math.Round(s.Point.Lat * 10)), int(math.Round(s.Point.Lon * 10)), class}
			p := at[k]
			if p == nil {
				p = &spot{lat: float64(k.lat) / 10, lon: float64(k.lon) / 10, class: class}
				at[k] = p
			}
			p.strands++
			if name := strings.Join(s.Places, ", "); p.place == "" || name != "" && name < p.place {
				p.place = name
			}
		}
	}
	rank := map[string]int{"owner": 0, "unknown": 1, "attacker": 2}
	out := make([]spot, 0, len(at))
	for _, p := range at {
		out = append(out, *p)
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := out[i], out[j]
		switch {
		case a.class != b.class:
			return rank[a.class] < rank[b.class]
		case a.lat != b.lat:
			return a.lat < b.lat
		}
		return a.lon < b.lon
	})
	if len(out) > maxSpots {
		out = out[len(out)-maxSpots:]
	}
	return out
}
