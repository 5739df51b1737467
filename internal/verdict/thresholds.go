package verdict

import (
	"fmt"
	"time"

	"evict"
)

// The default figures of the rules. Each stands in Thresholds too, which a
// test holds to this list.
const (
	day = 24 * time.Hour

	baselineDays       = 14             // V15
	deviceDays         = 3              // A1
	workplaceAccounts  = 3              // A3
	workplaceDays      = 3              // A3
	habitDays          = 5              // A4
	habitSpread        = 14             // A4
	linkWithin         = 24 * time.Hour // C7
	kindsWithin        = 24 * time.Hour // C6
	kindsWanted        = 3              // C6
	sideWithin         = time.Hour      // C1
	targetFailures     = 10             // section 4
	perFamily          = 2              // section 5
	indicativeSuspect  = 3              // V23
	familiesSuspect    = 2              // V23
	restrictedWithin   = 24 * time.Hour // V23
	maxNextSteps       = 5              // V29
	maxQuestions       = 7              // section 7 of the answer: evict ask
	scoreStrong        = 30             // V30
	scoreIndicative    = 10             // V30
	scoreCap           = 95             // V30
	scoreConclusive    = 100            // V30
	leadInUnknown      = 30 * day       // section 7
	interestAfter      = 24 * time.Hour // section 7
	delaySignIns       = 2 * time.Hour  // section 7
	delayAudit         = 24 * time.Hour // section 7
	delayRisk          = 48 * time.Hour // section 7
	keptSignIns        = 30 * day       // section 7
	keptSignInsFree    = 7 * day        // section 7
	keptAudit          = 180 * day      // section 7
	keptTrace          = 90 * day       // section 7
	staleState         = 7 * day        // section 7: an older dump is not the present
	cutOffWithin       = 48 * time.Hour // section 8
	proxiedWithin      = 24 * time.Hour // section 10
	maxWorkplaceNets   = 1 << 20        // memory bound of the accumulator
	maxReasonRecords   = 3              // records named in a reason
	maxActsInQuestions = 1              // acts named in a question
)

// BulkRecipients is how many recipients make a submission bulk mail (V23: it
// can explain a bar on sending).
const BulkRecipients = 50

// Thresholds lists the default figures, for the methods section of a report.
func Thresholds() []evict.Threshold {
	row := func(name string, value any, rule string) evict.Threshold {
		v := fmt.Sprint(value)
		if d, ok := value.(time.Duration); ok {
			v = span(d)
		}
		return evict.Threshold{Name: name, Value: v, Rule: rule}
	}
	return []evict.Threshold{
		row("days before first trouble for a baseline", baselineDays, "V15"),
		row("days of a device before first trouble", deviceDays, "A1"),
		row("accounts that make a workplace", workplaceAccounts, "A3"),
		row("days of each of them at a workplace", workplaceDays, "A3"),
		row("days that make a habit", habitDays, "A4"),
		row("days over which a habit spreads", habitSpread, "A4"),
		row("networks remembered for workplaces", maxWorkplaceNets, "A3"),
		row("time between two strands linked by address and client", linkWithin, "C7"),
		row("time in which hostile acts of several kinds fall", kindsWithin, "C6"),
		row("kinds of hostile act", kindsWanted, "C6"),
		row("time in which the other side of a replay acts", sideWithin, "C1"),
		row("failed sign-ins that make a target of an account", targetFailures, "section 4"),
		row("indicative items counted per family", perFamily, "section 5"),
		row("indicative items that make suspected", indicativeSuspect, "V23"),
		row("families of those items", familiesSuspect, "V23"),
		row("recipients that make a submission bulk mail", BulkRecipients, "V23"),
		row("time from bulk mail to the restriction it explains", restrictedWithin, "V23"),
		row("next steps", maxNextSteps, "V29"),
		row("questions to the owner", maxQuestions, "V29"),
		row("records named in a reason", maxReasonRecords, "V28"),
		row("acts named in a question", maxActsInQuestions, "V29"),
		row("score per strong item", scoreStrong, "V30"),
		row("score per counted indicative item", scoreIndicative, "V30"),
		row("highest score without a conclusive item", scoreCap, "V30"),
		row("score of a conclusive item", scoreConclusive, "V30"),
		row("window before the report when no time of trouble is known", leadInUnknown, "section 7"),
		row("window after the last event of interest", interestAfter, "section 7"),
		row("delay of sign-in logs", delaySignIns, "section 7"),
		row("delay of the audit log", delayAudit, "section 7"),
		row("delay of offline risk detections", delayRisk, "section 7"),
		row("retention of sign-in logs with P1 or P2", keptSignIns, "section 7"),
		row("retention of sign-in logs without P1", keptSignInsFree, "section 7"),
		row("retention of the audit log (Standard)", keptAudit, "section 7"),
		row("retention of message trace", keptTrace, "section 7"),
		row("age from which a dump is not the present state", staleState, "section 7"),
		row("first hostile event this near the start of the window is cut off", cutOffWithin, "section 8"),
		row("time from a stranger's sign-in to the replay it explains", proxiedWithin, "section 10"),
	}
}

// span writes a duration as a person says it.
func span(d time.Duration) string {
	switch {
	case d >= 2*day && d%day == 0:
		return fmt.Sprintf("%d days", d/day)
	case d >= time.Hour && d%time.Hour == 0:
		return fmt.Sprintf("%d hours", d/time.Hour)
	}
	return fmt.Sprintf("%d minutes", d/time.Minute)
}
