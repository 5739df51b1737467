package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"evict"
)

// A response is what was done in a case, in words, for the printers to lay out. Its texts are not harmless yet.
type response struct {
	Rung   rung
	Claim  string
	Facts  []fact // what has to be answered without scrolling
	Ladder []rung
	Limits []string // what may not be claimed
	Groups []stepGroup
	Left   []evict.Skipped // what the last plan left where it is
	Plans  []evict.PlanRecord
	Log    []act
	Proof  string

	names map[string]string // of accounts, by object ID
	signs map[string]string // detectors of findings, by the finding's ID
}

// A rung is one of the ladder, from the lowest.
type rung struct {
	Name, Means string
	Answer      string // to whether the attacker is out
	Here        bool
}

type fact struct{ Label, Text string }

// A stepGroup is steps that stand alike. Its sign has a form for terminals without Unicode.
type stepGroup struct {
	Sign, ASCII, Class, Title string
	Steps                     []stepView

	is string
}

// People reports whether the steps are instructions.
func (g stepGroup) People() bool { return g.is == "open" }

// A stepView is one step for people.
type stepView struct {
	*evict.StepRecord
	Name        string // what was done, to what
	Of          string // the account of an object that is none itself
	Differences []difference
	Times       []fact
	Notes       []string
}

type act struct {
	Time evict.Time
	Who  string
	Text string
}

var ladder = []rung{
	{Name: "not contained", Answer: "no", Means: "he may still be able to sign in"},
	{Name: "contained", Answer: "no: contained, not evicted", Means: "sign-in blocked, sessions revoked, password changed, each read back"},
	{Name: "evicted", Answer: "not yet shown: evicted, not observed", Means: "every way in that the case knows of is closed and read back; not yet observed"},
	{Name: "quiet", Answer: "yes, as far as the logs reach", Means: "nothing of his since the last revocation, in logs that are complete: from here on he may be said to be out"},
	{Name: "closed", Answer: "yes", Means: "the owner is back at work, and every later look was made"},
}

// rungClass is the page's colour of a rung; the word stands beside it.
func rungClass(name string) string {
	return map[string]string{"contained": "suspected", "evicted": "suspected", "quiet": "clear", "closed": "clear"}[known(name, "not contained", "contained", "evicted", "quiet", "closed")]
}

// newResponse puts a case's response into words; arrow stands between what was and what is, more for what is left out of a value.
func newResponse(r *evict.Report, arrow, more string) *response {
	v := &response{Claim: r.Response.Claim, Plans: r.Response.Plans, names: map[string]string{}, signs: signsOf(&r.Investigation)}
	for _, p := range r.Response.Plans {
		for _, a := range p.Accounts {
			v.names[a.Account] = a.Name
		}
	}
	for _, x := range ladder {
		x.Here = x.Name == r.Response.Ladder
		if x.Here {
			v.Rung = x
		}
		v.Ladder = append(v.Ladder, x)
	}
	if v.Rung.Name == "" { // one that this printer does not know
		v.Rung = rung{Name: r.Response.Ladder, Answer: "not known", Here: true}
		v.Ladder = append(v.Ladder, v.Rung)
	}
	v.group(r.Response.Steps, arrow, more)
	v.Left = leftInPlace(&r.Response)
	for _, a := range r.Response.Log {
		v.Log = append(v.Log, act{a.Time, cmp.Or(a.Who, "evict"), actWords(a)})
	}
	v.Proof = proof(&r.Response)
	v.facts(r)
	v.limits(r)
	return v
}

// group sorts the steps by how they stand: first what needs somebody.
func (v *response) group(steps []evict.StepRecord, arrow, more string) {
	v.Groups = []stepGroup{
		{is: "not", Sign: "✗", ASCII: "x", Class: "high", Title: "Not done, or not proven"},
		{is: "lost", Sign: "!", ASCII: "!", Class: "high", Title: "Done and read back, and later no longer so"},
		{is: "open", Sign: "☐", ASCII: "o", Class: "partial", Title: "For people to do, and open"},
		{is: "done", Sign: "✓", ASCII: "+", Class: "low", Title: "Taken away or changed, and read back"},
		{is: "already", Sign: "✓", ASCII: "+", Class: "low", Title: "Was so already: nothing was sent"},
		{is: "people", Sign: "✓", ASCII: "+", Class: "low", Title: "Done by people"},
		{is: "back", Sign: "✓", ASCII: "+", Class: "low", Title: "Given back, and read back"},
		{is: "undone", Sign: "↺", ASCII: "<", Class: "partial", Title: "Put back later, or given back to the owner"},
	}
	for i := range v.Groups {
		g := &v.Groups[i]
		for j := range steps {
			if standsAs(&steps[j]) == g.is {
				g.Steps = append(g.Steps, v.view(&steps[j], arrow, more))
			}
		}
	}
}

// standsAs is the group of a step.
func standsAs(s *evict.StepRecord) string {
	read := s.State == "verified" || s.State == "already"
	switch {
	case s.Undone.Set || s.Back:
		return "undone"
	case read && s.Lost != "":
		return "lost"
	case s.State == "manual":
		return "open"
	case s.ByHand != "" && read:
		return "people"
	case !read:
		return "not"
	case s.Kind != "respond":
		return "back"
	case s.State == "already":
		return "already"
	}
	return "done"
}

// in are the steps of one group.
func (v *response) in(is string) []stepView {
	for _, g := range v.Groups {
		if g.is == is {
			return g.Steps
		}
	}
	return nil
}

func (v *response) view(s *evict.StepRecord, arrow, more string) stepView {
	out := stepView{StepRecord: s, Name: StepName(s.Step.Title, s.Step.Target.Name)}
	if of := v.names[s.Step.Target.Account]; of != "" && of != s.Step.Target.Name {
		out.Of = of
	}
	if len(s.Step.Manual) == 0 || !unread(s.Step.Before) && !empty(s.Step.Before) {
		out.Differences = differences(s.Step.Before, s.Step.After, arrow, more)
	}
	for _, t := range []struct {
		label string
		at    evict.Time
	}{{"begun", s.Began}, {"ended", s.Ended}, {"obeyed everywhere by", s.Effect}, {"put back", s.Undone}} {
		if t.at.Set && !(t.label == "obeyed everywhere by" && t.at == s.Ended) {
			out.Times = append(out.Times, fact{t.label, stamp(t.at)})
		}
	}
	out.Notes = stepNotes(s, v.signs)
	return out
}

// stepNotes are what else is to be known of a step.
func stepNotes(s *evict.StepRecord, signs map[string]string) []string {
	var out []string
	add := func(format string, text string) {
		if text != "" {
			out = append(out, fmt.Sprintf(format, text))
		}
	}
	add("%s", s.Why)
	add("looked at later: %s", s.Lost)
	add("by %s", s.ByHand)
	add("said: %s", s.Answer)
	switch is := standsAs(s); {
	case is == "open":
		for _, m := range s.Step.Manual {
			add("%s", m)
		}
	case is != "done" && is != "lost":
	case s.Step.Undo != "" && s.Step.NoUndo != "":
		add("can be undone: %s", s.Step.Undo+", but not all of it: "+s.Step.NoUndo)
	case s.Step.Undo != "":
		add("can be undone: %s", s.Step.Undo)
	default:
		add("can't be undone: %s", s.Step.NoUndo)
	}
	add("because %s", becauseOf(signed(s.Step.Why, signs)))
	add("plan %s", short(s.Plan)+", step "+s.Step.ID)
	return out
}

// signsOf names the detector of each finding, by the finding's ID.
func signsOf(inv *evict.Investigation) map[string]string {
	out := map[string]string{}
	for _, f := range inv.AllFindings() {
		out[f.ID] = f.Detector
	}
	return out
}

// maxWhy is how many findings a step names; the JSON form has them all.
const maxWhy = 3

func becauseOf(why []string) string {
	if n := len(why) - maxWhy; n > 0 {
		return strings.Join(why[:maxWhy], ", ") + " and " + thousands(n) + " more"
	}
	return strings.Join(why, ", ")
}

// short is a hash as people read it aloud; any prefix names the plan to the commands.
func short(hash string) string { return hash[:min(len(hash), 12)] }

// facts answers: since when, what was changed, what is open, what could not be seen, what is next.
func (v *response) facts(r *evict.Report) {
	add := func(label string, list ...string) {
		if text := strings.Join(list, "; "); text != "" {
			v.Facts = append(v.Facts, fact{label, text})
		}
	}
	for i := range r.Response.Contained {
		add("Since when", sinceWords(&r.Response.Contained[i]))
	}
	add("Changed", v.changed())
	add("Open", v.open()...)
	if n := len(r.Investigation.Summary.Incomplete); n > 0 {
		add("Not seen", count(n, "limit", "limits")+" of the evidence, the first: "+r.Investigation.Summary.Incomplete[0])
	}
	add("Next", next(r, v))
}

// sinceWords says since when an account is contained, and how long that took.
func sinceWords(c *evict.Containment) string {
	if !c.At.Set {
		return c.Account.Name + ": not contained; approved at " + stamp(c.Approved)
	}
	out := c.Account.Name + ": contained since " + stamp(c.At)
	var spans []string
	for _, from := range []struct {
		what string
		at   evict.Time
	}{{"it was approved", c.Approved}, {"first trouble", c.Trouble}} {
		if from.at.Set && !c.At.Before(from.at) {
			spans = append(spans, duration(c.At.Sub(from.at))+" after "+from.what)
		}
	}
	if len(spans) > 0 {
		out += ", " + strings.Join(spans, ", ")
	}
	return out
}

// duration is a span of time for people, in its largest unit that tells something.
func duration(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return count(int(d/time.Second), "second", "seconds")
	case d < 2*time.Hour:
		return count(int(d/time.Minute), "minute", "minutes")
	case d < 48*time.Hour:
		return count(int(d/time.Hour), "hour", "hours")
	}
	return count(int(d/(24*time.Hour)), "day", "days")
}

func (v *response) changed() string {
	done, reversible := v.in("done"), 0
	for _, s := range done {
		if s.Step.Reversible() {
			reversible++
		}
	}
	out := count(len(done), "change", "changes") + " read back"
	if len(done) > 0 {
		out += fmt.Sprintf(" (%d can be undone, %d not)", reversible, len(done)-reversible)
	}
	for _, x := range []struct{ is, words string }{{"already", "so already"}, {"people", "done by people"}, {"back", "given back"}, {"undone", "put back later, or given back to the owner"}} {
		if n := len(v.in(x.is)); n > 0 {
			out += fmt.Sprintf("; %s %s", thousands(n), x.words)
		}
	}
	return out
}

func (v *response) open() []string {
	var out []string
	for _, x := range []struct{ is, one, many string }{
		{"not", "step is not done or not proven", "steps are not done or not proven"},
		{"lost", "step no longer holds", "steps no longer hold"},
		{"open", "step is for people", "steps are for people"},
	} {
		if n := len(v.in(x.is)); n > 0 {
			out = append(out, count(n, x.one, x.many))
		}
	}
	return out
}

// next is what has to be done next, the most urgent alone.
func next(r *evict.Report, v *response) string {
	switch {
	case len(r.Response.Plans) == 0:
		return "evict plan proposes how the accounts are taken back"
	case !r.Response.Approved():
		return "a plan was made and nobody approved it: evict apply takes the approval"
	case len(v.in("not"))+len(v.in("lost")) > 0:
		return "evict resume goes on with what is not proven, evict verify looks again, evict plan answers what came back"
	case len(v.in("open")) > 0:
		return "the steps for people; evict done keeps who did them"
	}
	for _, p := range r.Response.Plans {
		for _, c := range p.Checks {
			if !c.Done.Set && len(p.Approvals) > 0 {
				return "look again with evict verify --recheck, due " + stamp(c.At)
			}
		}
	}
	if r.Response.Ladder == "closed" {
		return "nothing"
	}
	return "evict collect --again: logs that are complete after the last revocation show whether he is out; then evict plan --recover"
}

// limits say what may not be claimed, and why.
func (v *response) limits(r *evict.Report) {
	add := func(text string) { v.Limits = append(v.Limits, text) }
	if v.Rung.Name != "quiet" && v.Rung.Name != "closed" {
		add("That he is out: that needs logs which are complete from the last revocation on, and nothing of his in them.")
	}
	var last evict.Time
	for _, s := range r.Response.Steps {
		if standsAs(&s) == "done" && (!last.Set || last.Before(s.Effect)) {
			last = s.Effect
		}
	}
	if last.Set {
		add("That all of it worked at once: the services obey what is read back everywhere by " + stamp(last) + " at the latest; until then what he held open may have worked.")
	}
	if n := len(v.Left); n > 0 {
		add("That nothing else is his: " + count(n, "thing was", "things were") + " left where they are, each with its reason below.")
	}
	if len(r.Investigation.Summary.Incomplete) > 0 {
		add("That every way in is known: the evidence is incomplete, and only what it shows was taken away.")
	}
	if r.Response.Unseen != "" {
		add("What came after the last revocation: the logs since could not be looked at: " + r.Response.Unseen)
	}
}

// leftInPlace is what approved plans did not take away, and no other step did.
func leftInPlace(r *evict.Response) []evict.Skipped {
	var out []evict.Skipped
	for i := range r.Plans {
		p := &r.Plans[i]
		if p.Kind != "respond" || len(p.Approvals) == 0 {
			continue
		}
		for _, k := range p.Skipped {
			again := slices.ContainsFunc(out, func(o evict.Skipped) bool { return o.Target == k.Target && o.Action == k.Action })
			taken := slices.ContainsFunc(r.Steps, func(s evict.StepRecord) bool {
				return s.Step.Target == k.Target && (s.Step.Action == k.Action || k.Target.ID != "")
			})
			if !again && !taken {
				out = append(out, k)
			}
		}
	}
	return out
}

// LeftWords say of one thing what it is and why it was left.
func (v *response) LeftWords(k evict.Skipped) string {
	out := StepName(string(k.Action), k.Target.Name)
	if of := v.names[k.Target.Account]; of != "" && of != k.Target.Name {
		out += " of " + of
	}
	out += ": " + k.Why
	if k.Guard != "" {
		out += " (guard " + k.Guard + ")"
	}
	return out
}

func actWords(a evict.Act) string {
	out := a.What
	if a.Title != "" {
		out = StepName(a.Title, a.Object)
		if a.What != "step ended" {
			out = a.What + ": " + out
		}
	} else if a.Plan != "" {
		out += ": plan " + short(a.Plan)
	}
	if a.Result != "" {
		out += ": " + a.Result
	}
	if a.Detail != "" {
		out += " (" + a.Detail + ")"
	}
	return out
}

// proof says how a reader can tell that the account of the response is whole.
func proof(r *evict.Response) string {
	return fmt.Sprintf("Told from the case's journal of %s, the last of %s, with the hash %s. evict case audit proves the case whole; that no entry was cut off at the end, only against a signed checkpoint that was kept elsewhere.",
		count(r.Entries, "entry", "entries"), stamp(r.AsOf), r.Journal)
}

// planWords say of a plan who decided it.
func planWords(p *evict.PlanRecord) string {
	if len(p.Approvals) == 0 {
		return "approved by nobody"
	}
	var out []string
	for _, a := range p.Approvals {
		text := "approved by " + a.Who + " at " + stamp(a.Time) + ", until " + stamp(a.Expires)
		if len(a.Steps) > 0 {
			text += ", only " + strings.Join(a.Steps, ", ")
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}

// checkWords say when a plan is looked at again.
func checkWords(p *evict.PlanRecord) string {
	var out []string
	for _, c := range p.Checks {
		if c.Done.Set {
			out = append(out, "made "+stamp(c.Done))
		} else {
			out = append(out, "due "+stamp(c.At))
		}
	}
	return strings.Join(out, "; ")
}
