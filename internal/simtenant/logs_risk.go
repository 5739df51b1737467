package simtenant

import (
	"slices"
	"strings"
	"time"
)

var (
	riskyUserKind = &kind{
		name: "riskyUser", page: 20, top: 500,
		props: "id isDeleted isProcessing riskDetail riskLastUpdatedDateTime riskLevel riskState userDisplayName userPrincipalName", beta: "",
	}
	riskHistoryKind = &kind{
		name: "riskyUserHistoryItem", page: 20, top: 500,
		props: "id isDeleted isProcessing riskDetail riskLastUpdatedDateTime riskLevel riskState userDisplayName userPrincipalName activity initiatedBy userId",
	}
	riskDetectionKind = &kind{
		name: "riskDetection", page: 20, top: 500,
		props: "id activity activityDateTime additionalInfo correlationId detectedDateTime detectionTimingType ipAddress lastUpdatedDateTime location requestId riskDetail riskEventType riskLevel riskState source tokenIssuerType userDisplayName userId userPrincipalName",
		beta:  "mitreTechniqueId riskType",
	}
)

// riskTable is Identity Protection (learn.microsoft.com/graph/api/resources/identityprotection-overview).
func riskTable() []row {
	const (
		list  = "$select $filter $orderby $top $count"
		users = "IdentityRiskyUser.Read.All IdentityRiskyUser.ReadWrite.All"
		write = "IdentityRiskyUser.ReadWrite.All"
		event = "IdentityRiskEvent.ReadWrite.All"
	)
	return []row{
		{"GET", "/identityProtection/riskyUsers", "v1.0 beta", list, "", "IdentityRiskyUser.Read.All", "IdentityRiskyUser.Read.All", collection(riskyUserKind, listRiskyUsers)},
		{"GET", "/identityProtection/riskyUsers/{id}", "v1.0 beta", "$select", "", "IdentityRiskyUser.Read.All", "IdentityRiskyUser.Read.All", single(riskyUserKind, getRiskyUser)},
		{"GET", "/identityProtection/riskyUsers/{id}/history", "v1.0 beta", list, "", users, users, collection(riskHistoryKind, listRiskHistory)},
		{"GET", "/identityProtection/riskDetections", "v1.0 beta", list, "", "IdentityRiskEvent.Read.All", "IdentityRiskEvent.Read.All", collection(riskDetectionKind, listRiskDetections)},
		{"POST", "/identityProtection/riskyUsers/confirmCompromised", "v1.0 beta", "", "userIds:texts", write, write, nothing(setRisk("ConfirmAccountCompromised", "high", "confirmedCompromised", "adminConfirmedUserCompromised"))},
		{"POST", "/identityProtection/riskyUsers/dismiss", "v1.0 beta", "", "userIds:texts", write, write, nothing(setRisk("DismissUser", "none", "dismissed", "adminDismissedAllRiskForUser"))},
		{"POST", "/identityProtection/riskyUsers/confirmSafe", "v1.0 beta", "", "userIds:texts", write, write, nothing(setRisk("ConfirmSafe", "none", "confirmedSafe", "adminConfirmedAccountSafe"))},
		{"POST", "/auditLogs/signIns/confirmCompromised", "v1.0 beta", "", "requestIds:texts", event, write, nothing(confirmSignIns)},
	}
}

// mayReadRisk: riskyUsers wants P2, riskDetections P1 or P2, and 21Vianet has
// neither. The words of the refusal are unconfirmed.
func (c *call) mayReadRisk(plans ...string) error {
	if c.cloud.name == "china" {
		return badGraph("BadRequest", "Resource not found for the segment 'identityProtection'.")
	}
	if !c.world.hasPlan(plans...) {
		return &graphError{403, "Forbidden", "Your tenant is not licensed for this feature."}
	}
	return nil
}

// riskOf is the risk of a user, nil when it never had any.
func (w *World) riskOf(id string) *Risky {
	i := slices.IndexFunc(w.Risky, func(r *Risky) bool { return !r.Detection && strings.EqualFold(r.User, id) })
	if i < 0 {
		return nil
	}
	return w.Risky[i]
}

func (c *call) riskObject(r *Risky) Object {
	o := Object{"id": r.User, "isDeleted": false, "isProcessing": false, "riskDetail": "none", "riskLastUpdatedDateTime": nil, "riskLevel": "none", "riskState": "none"}
	if u := c.world.userByID(r.User); u != nil {
		o["userDisplayName"], o["userPrincipalName"], o["isDeleted"] = u.DisplayName, u.UPN, !u.Deleted.IsZero()
	}
	for name, v := range r.Props {
		o[name] = v
	}
	return o
}

func listRiskyUsers(c *call) ([]Object, error) {
	if err := c.mayReadRisk("AAD_PREMIUM_P2"); err != nil {
		return nil, err
	}
	var out []Object
	for _, r := range c.world.Risky {
		if !r.Detection {
			out = append(out, c.riskObject(r))
		}
	}
	return out, nil
}

func (c *call) riskyUser() (*Risky, error) {
	if err := c.mayReadRisk("AAD_PREMIUM_P2"); err != nil {
		return nil, err
	}
	if r := c.world.riskOf(c.args["id"]); r != nil {
		return r, nil
	}
	return nil, &graphError{404, "NotFound", "User with ID " + c.args["id"] + " could not be found."}
}

func getRiskyUser(c *call) (Object, error) {
	r, err := c.riskyUser()
	if err != nil {
		return nil, err
	}
	return c.riskObject(r), nil
}

func listRiskHistory(c *call) ([]Object, error) {
	r, err := c.riskyUser()
	if err != nil {
		return nil, err
	}
	var out []Object
	for i, past := range r.History {
		o := c.riskObject(&Risky{User: r.User, Props: past})
		o["id"], o["userId"] = made(c.world.ID, "risk", r.User, i), r.User
		out = append(out, o)
	}
	return out, nil
}

// listRiskDetections shows a tenant with P1 alone that there is something, and
// not what ("generic", "hidden": Microsoft's "What are risk detections").
func listRiskDetections(c *call) ([]Object, error) {
	if err := c.mayReadRisk("AAD_PREMIUM"); err != nil {
		return nil, err
	}
	var out []Object
	for i, r := range c.world.Risky {
		if !r.Detection {
			continue
		}
		o := Object{"id": made(c.world.ID, "risk detection", i), "userId": r.User}
		for name, v := range r.Props {
			o[name] = v
		}
		if !c.world.hasPlan("AAD_PREMIUM_P2") {
			o["riskEventType"], o["riskLevel"], o["riskDetail"] = "generic", "hidden", "hidden"
		}
		out = append(out, o)
	}
	return out, nil
}

// setRisk is what an administrator says of users. The activity's name is that of
// the audit log (learn.microsoft.com/entra/identity/monitoring-health:
// "Microsoft Entra audit log categories and activities", Identity protection);
// that ConfirmSafe is also the user's, and not the sign-in's alone, is unconfirmed.
func setRisk(activity, level, state, detail string) func(*call) error {
	return func(c *call) error {
		if err := c.mayReadRisk("AAD_PREMIUM_P2"); err != nil {
			return err
		}
		ids := items(c.body["userIds"])
		if len(ids) == 0 || len(ids) > 60 {
			return badGraph("BadRequest", "The number of users must be between 1 and 60.")
		}
		for _, id := range ids {
			if c.world.userByID(id.(string)) == nil {
				return &graphError{404, "NotFound", "User with ID " + id.(string) + " could not be found."}
			}
		}
		for _, id := range ids {
			u := c.world.userByID(id.(string))
			c.judgeRisk(u, Object{"riskLevel": level, "riskState": state, "riskDetail": detail, "riskLastUpdatedDateTime": c.now.UTC().Format(time.RFC3339)})
			c.riskAudit(activity, u.subject())
			c.changed(u.ID, state)
		}
		return nil
	}
}

// judgeRisk sets the risk of a user, and keeps what it was set to, and by whom,
// in the history. Who that is, Graph says by one ID (riskyUserHistoryItem).
func (c *call) judgeRisk(u *User, risk Object) {
	r := c.world.riskOf(u.ID)
	if r == nil {
		r = &Risky{User: u.ID}
		c.world.Risky = append(c.world.Risky, r)
	}
	r.Props = risk
	by := c.by.Principal
	if c.by.User != nil {
		by = c.by.User.ID
	}
	types := []string{}
	if risk["riskState"] == "confirmedCompromised" {
		types = []string{"adminConfirmedUserCompromised"}
	}
	past := Object{"initiatedBy": by, "activity": Object{"detail": risk["riskDetail"], "riskEventTypes": types}}
	for name, v := range risk {
		past[name] = v
	}
	r.History = append(r.History, past)
	if risk["riskState"] == "confirmedCompromised" {
		c.confirmedRisk(u, risk)
		return
	}
	for _, d := range c.world.Risky { // what was detected is closed with it
		if d.Detection && strings.EqualFold(d.User, u.ID) && (d.Props["riskState"] == "atRisk" || d.Props["riskState"] == "confirmedCompromised") {
			d.Props["riskState"], d.Props["riskDetail"], d.Props["lastUpdatedDateTime"] = risk["riskState"], risk["riskDetail"], risk["riskLastUpdatedDateTime"]
		}
	}
}

// confirmedRisk is the detection that an administrator's word is by itself
// (learn.microsoft.com/entra/id-protection: "What are risk detections", Admin
// confirmed user compromised). It belongs to no sign-in, and so has no request or
// correlation (riskDetection); its empty address is unconfirmed.
func (c *call) confirmedRisk(u *User, risk Object) {
	at := risk["riskLastUpdatedDateTime"]
	c.world.Risky = append(c.world.Risky, &Risky{User: u.ID, Detection: true, Props: Object{
		"id": made(c.world.ID, "risk detection", len(c.world.Risky), u.ID), "requestId": nil, "correlationId": nil, "riskEventType": "adminConfirmedUserCompromised", "riskState": risk["riskState"], "riskLevel": risk["riskLevel"], "riskDetail": risk["riskDetail"],
		"source": "IdentityProtection", "detectionTimingType": "offline", "activity": "user", "ipAddress": nil, "location": nil, "activityDateTime": at, "detectedDateTime": at, "lastUpdatedDateTime": at,
		"userDisplayName": u.DisplayName, "userPrincipalName": u.UPN, "tokenIssuerType": "AzureAD", "additionalInfo": "[]",
	}})
}

// riskAudit is the directory audit of what an administrator said of a risk. The
// reason's words are those of a published record, and that "Dismiss" stands
// before every activity too; the unified audit log has no twin, which is unconfirmed.
func (c *call) riskAudit(activity string, on subject) {
	c.directoryAudit("Identity Protection", activity, "Other", "Dismiss Success. Item updated: 1. Action type: "+activity, on, nil)
}

// confirmSignIns marks sign-ins as an attacker's. Unknown ones are refused.
func confirmSignIns(c *call) error {
	if err := c.mayReadRisk("AAD_PREMIUM_P2"); err != nil {
		return err
	}
	ids := items(c.body["requestIds"])
	if len(ids) == 0 {
		return badGraph("BadRequest", "requestIds must not be empty.")
	}
	for _, id := range ids {
		if !slices.ContainsFunc(c.world.Log, func(r Record) bool { return r.Kind == SignInRecord && r.ID == id }) {
			return &graphError{404, "NotFound", "The sign-in " + id.(string) + " could not be found."}
		}
	}
	for _, id := range ids {
		i := slices.IndexFunc(c.world.Log, func(r Record) bool { return r.Kind == SignInRecord && r.ID == id })
		on := c.world.subjectOf(c.world.Log[i].User)
		c.changed(id.(string), "confirmedCompromised")
		c.riskAudit("ConfirmCompromised", on)
	}
	return nil
}
