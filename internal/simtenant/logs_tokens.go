package simtenant

import (
	"crypto/sha256"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What a request for a token leaves in the sign-in logs, 2 to 15 minutes later:
// an application by itself a sign-in of its service principal, a person with a
// device code an interactive one, and whoever turns a refresh token into tokens
// one that is not (learn.microsoft.com/entra/identity/monitoring-health: "Learn
// about the sign-in log activity details"). A poll for a code that nobody has
// entered yet leaves none; that is unconfirmed.

// A tokenSignIn is one of them.
type tokenSignIn struct {
	kind   string // of Graph's signInEventTypes
	client *Client
	user   *User // nil for an application by itself
	scopes []string
	err    error  // of the token service; nil for a success
	extra  Object // what this kind has besides
}

// wrongTokenRequests are refusals of what isn't a sign-in at all. That these leave
// no record is unconfirmed.
var wrongTokenRequests = []int{900144, 1002012, 28000, 500011, 9002313, 50034}

// signedIn leaves the records of a request for a token.
func (c *call) signedIn(s tokenSignIn) {
	code, reason := 0, "Other."
	if s.err != nil {
		e, ok := s.err.(*loginError)
		if !ok || slices.Contains(wrongTokenRequests, e.code) {
			return
		}
		code, reason = e.code, e.text
	}
	_, of, err := c.resourceOf(strings.Join(s.scopes, " "), false)
	if err != nil {
		return
	}
	id := made(c.id, "sign-in")
	c.entraSignIn(id, of, s, code, reason)
	if s.user != nil && (s.kind == "interactiveUser" || code != 0) {
		c.auditSignIn(id, of, s, code)
	}
}

var resourceNames = map[service]string{
	graphService: "Microsoft Graph", exchangeHost: "Office 365 Exchange Online", complianceService: "Office 365 Exchange Online", activityService: "Office 365 Management APIs",
}

// entraSignIn is Graph's signIn, of beta. Where the address is, the tenant doesn't know.
func (c *call) entraSignIn(id string, of service, s tokenSignIn, code int, reason string) {
	nowhere := Object{"city": "", "state": "", "countryOrRegion": "", "geoCoordinates": Object{"altitude": nil, "latitude": nil, "longitude": nil}}
	unknown := Object{"deviceId": "", "displayName": "", "operatingSystem": "", "browser": "", "isCompliant": false, "isManaged": false, "trustType": ""}
	o := Object{
		"id": id, "createdDateTime": c.now.UTC().Format(time.RFC3339), "appId": s.client.ID, "appDisplayName": c.nameOf(s.client), "ipAddress": c.t.options.Address, "userAgent": c.http.UserAgent(),
		"correlationId": c.correlation(), "conditionalAccessStatus": "notApplied", "isInteractive": s.kind == "interactiveUser", "signInEventTypes": []string{s.kind},
		"riskDetail": "none", "riskLevelAggregated": "none", "riskLevelDuringSignIn": "none", "riskState": "none", "riskEventTypes_v2": []string{},
		"resourceDisplayName": resourceNames[of], "resourceId": resourceIDs[of], "resourceTenantId": c.world.ID, "homeTenantId": c.world.ID,
		"status": Object{"errorCode": code, "failureReason": reason, "additionalDetails": nil}, "deviceDetail": unknown, "location": nowhere,
		"uniqueTokenIdentifier": c.tokenID(), "originalTransferMethod": "none", "authenticationProtocol": "none", "incomingTokenType": "none", "crossTenantAccessType": "none", "tokenIssuerType": "AzureAD", "flaggedForReview": false,
	}
	user, names := "", []string{s.client.ID, c.objectOf(s.client)}
	if u := s.user; u != nil {
		user, names = u.ID, []string{u.ID, u.UPN, u.PUID}
		o["userId"], o["userPrincipalName"], o["userDisplayName"], o["userType"] = u.ID, u.UPN, u.DisplayName, "member"
		o["clientAppUsed"], o["authenticationRequirement"], o["networkLocationDetails"] = "Mobile Apps and Desktop clients", "singleFactorAuthentication", []Object{}
	} else { // null and "" as in records that were published
		o["userId"], o["userPrincipalName"], o["userDisplayName"], o["clientAppUsed"], o["deviceDetail"] = "", nil, nil, nil, nil
		o["servicePrincipalId"], o["servicePrincipalName"] = c.objectOf(s.client), c.nameOf(s.client)
	}
	for name, v := range s.extra {
		o[name] = v
	}
	raw, err := json.Marshal(o)
	if err != nil {
		panic(err) // values are strings, numbers and lists of them
	}
	sum := sha256.Sum256([]byte(id))
	c.world.keep(Record{Kind: SignInRecord, ID: id, Time: c.now, Available: c.now.Add(2*time.Minute + time.Duration(sum[0])*13*time.Minute/256), Body: raw, User: user, Names: names, Operation: "Sign-in activity"})
}

// auditSignIn is the twin in the unified audit log, with the sign-in's own Id.
func (c *call) auditSignIn(id string, of service, s tokenSignIn, code int) {
	op, request, u := "UserLoggedIn", "Cmsi:Cmsi", s.user
	if code != 0 {
		op, request = "UserLoginFailed", "OAuth2:Token"
	}
	session, _ := s.extra["sessionId"].(string)
	c.world.logAs(id, op, 15, c.now, u.ID, []string{u.UPN, u.ID, u.PUID}, Object{
		"Workload": "AzureActiveDirectory", "ResultStatus": "Success", "UserId": u.UPN, "UserKey": u.ID, "UserType": 0, "ClientIP": c.t.options.Address, "ActorIpAddress": c.t.options.Address,
		"ObjectId": resourceIDs[of], "ApplicationId": s.client.ID, "AzureActiveDirectoryEventType": 1, "ActorContextId": c.world.ID, "TargetContextId": c.world.ID, "InterSystemsId": c.correlation(), "IntraSystemId": id, "SupportTicketId": "",
		"ExtendedProperties": []Object{{"Name": "ResultStatusDetail", "Value": "Success"}, {"Name": "UserAgent", "Value": c.http.UserAgent()}, {"Name": "RequestType", "Value": request}},
		"DeviceProperties":   []Object{{"Name": "SessionId", "Value": session}}, "ModifiedProperties": []Object{}, "ErrorNumber": strconv.Itoa(code),
		"Actor": []Object{{"ID": u.ID, "Type": 0}, {"ID": u.UPN, "Type": 5}}, "Target": []Object{{"ID": resourceIDs[of], "Type": 0}},
	})
}

// appSignedIn is the sign-in of an application by itself.
func (c *call) appSignedIn(client *Client, form url.Values, err error) {
	credential := "clientSecret"
	extra := Object{"incomingTokenType": "none"}
	if form.Get("client_assertion") != "" {
		credential, extra["servicePrincipalCredentialThumbprint"] = "certificate", client.Thumbprint
	}
	extra["clientCredentialType"] = credential
	c.signedIn(tokenSignIn{kind: "servicePrincipal", client: client, scopes: strings.Fields(form.Get("scope")), err: err, extra: extra})
}

// personSignedIn is the sign-in of a person who entered a device's code, or of
// whoever has a refresh token of hers. The address of the first is that of the
// device; whether Entra shows the browser's is unconfirmed.
func (c *call) personSignedIn(client *Client, user string, scopes []string, session string, device bool, err error) {
	u := c.world.userByID(user)
	if u == nil {
		return
	}
	s := tokenSignIn{kind: "nonInteractiveUser", client: client, user: u, scopes: scopes, err: err, extra: Object{"sessionId": session, "incomingTokenType": "refreshToken"}}
	step := Object{"authenticationStepDateTime": c.now.UTC().Format(time.RFC3339), "authenticationMethod": "Previously satisfied", "authenticationStepResultDetail": "First factor requirement satisfied by claim in the token", "authenticationStepRequirement": "Primary authentication", "succeeded": err == nil}
	if device {
		s.kind, s.extra["incomingTokenType"], s.extra["authenticationProtocol"], s.extra["originalTransferMethod"] = "interactiveUser", "none", "deviceCode", "deviceCodeFlow"
		step["authenticationMethod"], step["authenticationStepResultDetail"] = "Password", "Correct password"
	}
	s.extra["authenticationDetails"] = []Object{step}
	c.signedIn(s)
}

// nameOf is how the logs call an application.
func (c *call) nameOf(client *Client) string {
	if sp := c.world.principalOf(client.ID); sp != nil {
		return sp.Name
	}
	return "evict"
}

// tokenID is the uti claim of the token that this call gives.
func (c *call) tokenID() string { return strings.ReplaceAll(made(c.id, "uti"), "-", "")[:22] }

// correlation is the client's own ID of its request, or one for it.
func (c *call) correlation() string {
	if id := c.http.Header.Get("client-request-id"); id != "" {
		return id
	}
	if id := c.query.Get("client-request-id"); id != "" {
		return id
	}
	return made(c.id, "correlation")
}
