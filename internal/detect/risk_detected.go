package detect

import (
	"fmt"
	"strings"

	"evict"
)

var riskDetected = &Detector{
	ID: "risk-detected", Rev: 1, Scope: AccountScope, Seed: true, Item: "G14",
	Title: "Microsoft's own risk detection",
	Doc: `Entra ID Protection or the sign-in log itself calls a sign-in or the user risky. An adversary-in-the-middle detection on a success is proof; threat intelligence, a malicious address with success, suspicious forwarding and an open high risk are strong signs; low and medium risk are a reason to look. Risk that was remediated, dismissed or confirmed safe by an automatic rule proves nothing either way: the victim's own second factor does that.

Innocent causes: VPNs, travel and new devices raise low and medium risk every day.

By hand: Entra admin center, Protection, Risky users and Risk detections; the details name the sign-in that raised it. Needs Entra ID P2; without it the level reads "hidden".`,
	Symptoms: []int{8}, Techniques: []string{"T1078.004"},
	Needs:   []Need{{Any: []evict.Kind{evict.RiskLog, evict.SignIns, evict.TokenSignIns}, Fields: []FieldNeed{NeedRisk}, Also: each(evict.RiskLog)}},
	Actions: []string{"revoke-sessions", "reset-password", "confirm-compromised"},
	New:     func() Watcher { return &risks{told: map[string]bool{}} },
}

const maxRisks = 500

// risks tells each kind of risk of a network once: one sign-in stands in several logs.
type risks struct{ told map[string]bool }

// strongRisks are detection types that are strong by themselves (G14), and
// conclusive ones on a success (C10). Names of riskEventType, Graph beta.
var (
	strongRisks     = []string{"investigationsthreatintelligence", "threatintelligence", "maliciousipaddress", "maliciousipaddressvalidcredentialsblockedip", "suspiciousinboxforwarding", "mcassuspiciousinboxmanipulationrules", "suspiciousinboxmanipulationrules", "mcasfinsuspiciousfileaccess", "attemptedprtaccess", "leakedcredentials", "passwordspray"}
	conclusiveRisks = []string{"attackerinthemiddle", "adversaryinthemiddle"}
)

func (w *risks) Event(e *evict.Event, v *View) {
	switch d := e.Detail.(type) {
	case *evict.Risk:
		w.log(e, d, v)
	case *evict.SignIn:
		if e.Outcome == evict.Success && v.Mine(e.Actor) && v.Placed != "" {
			level := strings.ToLower(d.Risk)
			if level == "low" || level == "medium" || level == "high" {
				w.tell(e, v, "sign-in "+level, weighRisk(strings.Join(d.RiskEvents, " "), level, d.RiskState, e), fmt.Sprintf("Microsoft rates a sign-in from %s%s as %s risk%s", e.Origin.Addr, inPlace(e.Origin.Place), level, because(d.RiskEvents)), false)
			}
		}
	}
}

func (w *risks) log(e *evict.Event, d *evict.Risk, v *View) {
	if strings.Contains(strings.ToLower(d.State), "confirmedcompromised") {
		return // told by confirmed-compromised
	}
	level := strings.ToLower(d.Level)
	if level != "low" && level != "medium" && level != "high" && d.Type == "" {
		return
	}
	what := "the user"
	if d.Type != "" {
		what = quoted(d.Type)
	}
	w.tell(e, v, d.Type+" "+level, weighRisk(d.Type, level, d.State, e), fmt.Sprintf("Microsoft's risk detection: %s, risk %s, state %s%s", what, quoted(level), quoted(d.State), from(e)), true)
}

func because(events []string) string {
	if len(events) == 0 {
		return ""
	}
	return " (" + strings.Join(events, ", ") + ")"
}

// weighRisk is the grade of a detection. What an automatic rule closed stays a reason to look (V16).
func weighRisk(types, level, state string, e *evict.Event) evict.Grade {
	t := strings.ToLower(types)
	closed := strings.Contains(strings.ToLower(state), "remediated") || strings.Contains(strings.ToLower(state), "dismissed") || strings.Contains(strings.ToLower(state), "safe")
	switch {
	case firstIn(t, conclusiveRisks) != "" && e.Outcome != evict.Failure:
		return evict.Conclusive
	case closed:
		return evict.Indicative
	case firstIn(t, strongRisks) != "", level == "high":
		return evict.Strong
	}
	return evict.Indicative
}

func (w *risks) tell(e *evict.Event, v *View, kind string, g evict.Grade, summary string, placeless bool) {
	key := kind + e.Origin.Network().String()
	if w.told[key] {
		return
	}
	if len(w.told) >= maxRisks {
		v.Overflow("more risk detections than are kept")
		return
	}
	w.told[key] = true
	d := Draft{Family: evict.OtherControls, Grade: g, Item: "risk", Cause: Because(e), Summary: summary, Placeless: placeless, Actor: v.Self()}
	switch g {
	case evict.Conclusive:
		d.Item = "C10"
	case evict.Strong:
		d.Item = "G14"
	default:
		d.Family = evict.AccessFamily
	}
	v.Report(d)
}

func (*risks) End(*View) {}
