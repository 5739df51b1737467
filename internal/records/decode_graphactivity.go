package records

import (
	"strings"

	"evict"
)

// decodeGraphActivity reads one request of MicrosoftGraphActivityLogs, from
// diagnostic settings or Log Analytics, or of Defender's GraphApiAuditEvents.
// SignInActivityId is the unique token identifier of the sign-in, C_Sid the
// session (azure-monitor-docs table MicrosoftGraphActivityLogs).
func (d *Decoder) decodeGraphActivity(v value, e *evict.Event) bool {
	outer := v
	if p := d.nested(v, "properties"); p.isObject() {
		v = p
	}
	e.Kind = evict.GraphActivity
	e.ID = recordID(pick(v, "requestId", "OperationId"))
	e.Time = d.time(pick(v, tableTime...))
	if !e.Time.Set {
		e.Time = d.time(pick(outer, wrapperTime...))
	}
	e.Tenant = evict.TenantID(strings.ToLower(pick(outer, "AadTenantId", "tenantId")))
	c := &evict.Call{Method: strings.ToUpper(pick(v, "requestMethod")), URI: pick(v, "requestUri")}
	n, _ := pickInt(v, "responseStatusCode")
	if n == 0 {
		n, _ = pickInt(outer, "resultSignature")
	}
	c.Status = int(n)
	e.Op, e.Detail = strings.TrimSpace("Graph "+c.Method), c
	switch {
	case n >= 200 && n < 400:
		e.Outcome = evict.Success
	case n >= 400:
		e.Outcome = evict.Failure
	}
	e.Origin.Addr = parseAddress(pick(v, "ipAddress"))
	e.Origin.UserAgent = pick(v, "userAgent")
	e.Origin.Client = clientOf(e.Origin.UserAgent)
	e.Origin.AppID = strings.ToLower(pick(v, "appId", "ApplicationId"))
	e.Origin.Token = pick(v, "signInActivityId", "UniqueTokenIdentifier", "UniqueTokenId")
	e.Origin.Session = pick(v, "C_Sid", "SessionId")
	e.Origin.Device = strings.ToLower(pick(v, "C_DeviceId", "DeviceId"))
	user := objectID(pick(v, "userId", "UserPrincipalObjectID", "AccountObjectId"))
	principal := servicePrincipal(pick(v, "servicePrincipalId"))
	if user.Kind != evict.NoPrincipal && (pick(v, "C_Idtyp") != "app" && !strings.EqualFold(pick(v, "EntityType"), "servicePrincipal")) {
		e.Actor, c.AppOnly = user, evict.No
	} else if principal.Kind != evict.NoPrincipal {
		e.Actor, c.AppOnly = principal, evict.Yes
	} else if e.Origin.AppID != "" {
		e.Actor, c.AppOnly = evict.Principal{Kind: evict.AppID, ID: e.Origin.AppID}, evict.Yes
	}
	return c.URI != ""
}
