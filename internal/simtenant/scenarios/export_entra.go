package scenarios

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"evict/internal/simtenant"
)

// A signIn is as much of Graph's signIn as other forms of it have.
type signIn struct {
	ID, CreatedDateTime, UserDisplayName, UserPrincipalName, UserID, AppID, AppDisplayName, IPAddress, ClientAppUsed, UserAgent, CorrelationID    string
	ConditionalAccessStatus, RiskDetail, RiskLevelAggregated, RiskLevelDuringSignIn, RiskState, ResourceDisplayName, ResourceID, ResourceTenantID string
	HomeTenantID, SessionID, UniqueTokenIdentifier, IncomingTokenType, OriginalTransferMethod, AuthenticationProtocol, AuthenticationRequirement  string
	CrossTenantAccessType, TokenIssuerType, UserType                                                                                              string
	IsInteractive                                                                                                                                 bool
	AutonomousSystemNumber                                                                                                                        int64
	Status                                                                                                                                        struct {
		ErrorCode                        int
		FailureReason, AdditionalDetails string
	}
	DeviceDetail struct {
		DeviceID, DisplayName, OperatingSystem, Browser, TrustType string
		IsCompliant, IsManaged                                     bool
	}
	Location struct {
		City, State, CountryOrRegion string
		GeoCoordinates               struct{ Latitude, Longitude float64 }
	}
	AuthenticationDetails []struct {
		AuthenticationStepDateTime, AuthenticationMethod, AuthenticationStepResultDetail, AuthenticationStepRequirement string
		Succeeded                                                                                                       bool
	}
	raw map[string]json.RawMessage
}

func readSignIn(r *simtenant.Record) *signIn {
	s := &signIn{}
	if err := json.Unmarshal(r.Body, s); err != nil {
		panic(err) // unreachable: our own writing
	}
	if err := json.Unmarshal(r.Body, &s.raw); err != nil {
		panic(err) // unreachable, as above
	}
	return s
}

// time of the sign-in.
func (s *signIn) time() time.Time {
	t, err := time.Parse(time.RFC3339, s.CreatedDateTime)
	if err != nil {
		panic(err) // unreachable: our own writing
	}
	return t
}

// portalMost is how many rows the Entra portal puts into a file.
const portalMost = 100_000

// signInTable writes one kind of sign-in as a CSV.
func (x *exporter) signInTable(name, source string, v simtenant.LogView, all bool, header string, row func(t table, s *signIn)) error {
	v, cut := newest(v, portalMost)
	s := x.ofLog(source, v)
	if cut {
		s.Complete, s.Why = false, "the portal puts no more than 100,000 rows into a file"
	}
	return x.write(name, s, func(out *bufio.Writer) error {
		t := table{out, all}
		t.header(header)
		for i := range v.Records {
			row(t, readSignIn(&v.Records[i]))
		}
		return nil
	})
}

// portalSignIns are the columns of the Entra portal; two names have a blank
// behind them, one has two within, and one comes twice.
const portalSignIns = "Date (UTC),Request ID,User agent,Correlation ID,User ID,User,Username,User type,Cross tenant access type,Incoming token type,Authentication Protocol,Unique token identifier," +
	"Original transfer method,Client credential type,Token Protection - Sign In Session,Token Protection - Sign In Session StatusCode,Application,Application ID ,App owner tenant ID,Resource,Resource ID ," +
	"Resource tenant ID,Resource owner tenant ID,Home tenant ID,Home tenant name,IP address,Location,Status,Sign-in error code,Failure reason,Client app,Device ID,Browser,Operating System,Compliant,Managed," +
	"Join Type,Multifactor authentication result,Multifactor authentication auth method,Multifactor authentication auth detail,Authentication requirement,Sign-in identifier,Session ID,IP address (seen by resource)," +
	"Through Global Secure Access,Global Secure Access IP address,Autonomous system  number,Flagged for review,Token issuer type,Incoming token type,Token issuer name,Latency,Conditional Access,Managed Identity type," +
	"Associated Resource Id,Federated Token Id,Federated Token Issuer"

// oldPortalSignIns are the columns of the portal before it knew sessions and tokens.
const oldPortalSignIns = "Date (UTC),Request ID,User agent,Correlation ID,User ID,User,Username,User type,Cross tenant access type,Incoming token type,Application,Application ID,Resource,Resource ID,Resource tenant ID," +
	"Home tenant ID,IP address,Location,Status,Sign-in error code,Failure reason,Client app,Device ID,Browser,Operating System,Compliant,Managed,Join Type,Multifactor authentication result," +
	"Multifactor authentication auth method,Multifactor authentication auth detail,Authentication requirement,Latency,Conditional Access"

var portalWords = map[string]string{
	"none": "None", "primaryRefreshToken": "Primary refresh token", "refreshToken": "Refresh token", "deviceCode": "Device code", "deviceCodeFlow": "Device code flow", "authenticationTransfer": "Authentication transfer", "ropc": "ROPC",
	"singleFactorAuthentication": "Single-factor authentication", "multiFactorAuthentication": "Multifactor authentication", "notApplied": "Not Applied", "success": "Success", "failure": "Failure", "member": "Member", "guest": "Guest",
}

func portalWord(s string) string { return cmp.Or(portalWords[s], s) }

func yesNo(b bool) string {
	if b {
		return "Yes"
	}
	return "No"
}

// prompts are numbers by which a sign-in was only held up.
var prompts = map[int]bool{50140: true, 50074: true, 50076: true, 50072: true, 50125: true, 50058: true, 65001: true}

// outcome is the portal's word and number for how a sign-in went.
func (s *signIn) outcome() (status, code string) {
	switch {
	case s.Status.ErrorCode == 0:
		return "Success", "None"
	case prompts[s.Status.ErrorCode]:
		return "Interrupted", strconv.Itoa(s.Status.ErrorCode)
	}
	return "Failure", strconv.Itoa(s.Status.ErrorCode)
}

// second is the second factor: its result and its method.
func (s *signIn) second() (result, method string) {
	if strings.Contains(s.Status.AdditionalDetails, "MFA") {
		result = s.Status.AdditionalDetails
	}
	for _, d := range s.AuthenticationDetails {
		if d.AuthenticationStepRequirement == "Multifactor authentication" {
			method = d.AuthenticationMethod
		}
	}
	return result, method
}

func (s *signIn) place() string {
	return s.Location.City + ", " + s.Location.State + ", " + s.Location.CountryOrRegion
}

func portalSignIn(t table, s *signIn) {
	status, code := s.outcome()
	result, method := s.second()
	asn := ""
	if s.AutonomousSystemNumber > 0 {
		asn = strconv.FormatInt(s.AutonomousSystemNumber, 10)
	}
	token := portalWord(s.IncomingTokenType)
	t.row(s.CreatedDateTime, s.ID, s.UserAgent, s.CorrelationID, s.UserID, s.UserDisplayName, s.UserPrincipalName, portalWord(s.UserType), portalWord(s.CrossTenantAccessType), token, portalWord(s.AuthenticationProtocol), s.UniqueTokenIdentifier,
		portalWord(s.OriginalTransferMethod), "None", "Unbound", "1002", s.AppDisplayName, s.AppID, "", s.ResourceDisplayName, s.ResourceID,
		s.ResourceTenantID, "", s.HomeTenantID, "", s.IPAddress, s.place(), status, code, s.Status.FailureReason, s.ClientAppUsed, s.DeviceDetail.DeviceID, s.DeviceDetail.Browser, s.DeviceDetail.OperatingSystem, yesNo(s.DeviceDetail.IsCompliant), yesNo(s.DeviceDetail.IsManaged),
		s.DeviceDetail.TrustType, result, method, "", portalWord(s.AuthenticationRequirement), s.UserPrincipalName, s.SessionID, "",
		"No", "", asn, "No", s.TokenIssuerType, token, "", "180", portalWord(s.ConditionalAccessStatus), "", "", "", "")
}

func oldPortalSignIn(t table, s *signIn) {
	status, code := s.outcome()
	result, method := s.second()
	t.row(s.CreatedDateTime, s.ID, s.UserAgent, s.CorrelationID, s.UserID, s.UserDisplayName, s.UserPrincipalName, portalWord(s.UserType), portalWord(s.CrossTenantAccessType), portalWord(s.IncomingTokenType), s.AppDisplayName, s.AppID, s.ResourceDisplayName, s.ResourceID, s.ResourceTenantID,
		s.HomeTenantID, s.IPAddress, s.place(), status, code, s.Status.FailureReason, s.ClientAppUsed, s.DeviceDetail.DeviceID, s.DeviceDetail.Browser, s.DeviceDetail.OperatingSystem, yesNo(s.DeviceDetail.IsCompliant), yesNo(s.DeviceDetail.IsManaged), s.DeviceDetail.TrustType, result,
		method, "", portalWord(s.AuthenticationRequirement), "180", portalWord(s.ConditionalAccessStatus))
}

// signIns are the two kinds of people's sign-ins.
func (x *exporter) signIns() (at, behind simtenant.LogView) {
	v := x.log(simtenant.SignInRecord)
	return part(v, interactive), part(v, notInteractive)
}

// exportEntraCSV is what the Entra portal's download buttons give.
func exportEntraCSV(x *exporter) error {
	at, behind := x.signIns()
	if err := x.signInTable("InteractiveSignIns.csv", "interactive sign-ins", at, false, portalSignIns, portalSignIn); err != nil {
		return err
	}
	if err := x.signInSteps("InteractiveSignIns_AuthDetails.csv", at); err != nil {
		return err
	}
	if err := x.signInTable("NonInteractiveSignIns.csv", "non-interactive sign-ins", behind, false, portalSignIns, portalSignIn); err != nil {
		return err
	}
	if err := x.portalAudit("AuditLogs.csv"); err != nil {
		return err
	}
	if err := x.portalRegistration("UserRegistrationDetails.csv"); err != nil {
		return err
	}
	return x.portalDetections("RiskDetections.csv")
}

// exportEntraOld is the portal's download of some years ago, of people's
// sign-ins at a screen and of the audit alone.
func exportEntraOld(x *exporter) error {
	at, _ := x.signIns()
	if err := x.signInTable("SignIns.csv", "interactive sign-ins", at, false, oldPortalSignIns, oldPortalSignIn); err != nil {
		return err
	}
	return x.portalAudit("AuditLogs.csv")
}

// signInSteps is the portal's companion with the steps of each sign-in.
func (x *exporter) signInSteps(name string, v simtenant.LogView) error {
	s := x.ofLog("steps of interactive sign-ins", v)
	s.Complete, s.Why, s.Rows = false, "it names nobody, and completes the other file", 0
	for i := range v.Records {
		s.Rows += len(readSignIn(&v.Records[i]).AuthenticationDetails)
	}
	return x.write(name, s, func(out *bufio.Writer) error {
		t := table{out, false}
		t.header("Date (UTC),Request ID,Authentication method,Authentication method detail,Succeeded,Result detail,Requirement")
		for i := range v.Records {
			s := readSignIn(&v.Records[i])
			for _, d := range s.AuthenticationDetails {
				t.row(d.AuthenticationStepDateTime, s.ID, d.AuthenticationMethod, "", strconv.FormatBool(d.Succeeded), d.AuthenticationStepResultDetail, d.AuthenticationStepRequirement)
			}
		}
		return nil
	})
}

// exportEntraJSON is the portal's download in its other form.
func exportEntraJSON(x *exporter) error {
	at, behind := x.signIns()
	if err := x.array("InteractiveSignIns.json", "interactive sign-ins", at); err != nil {
		return err
	}
	if err := x.array("NonInteractiveSignIns.json", "non-interactive sign-ins", behind); err != nil {
		return err
	}
	if err := x.array("AuditLogs.json", "directory audits", x.log(simtenant.DirectoryRecord)); err != nil {
		return err
	}
	return x.registrationJSON("UserRegistrationDetails.json")
}

// A directoryAudit is Graph's directoryAudit.
type directoryAudit struct {
	ID, Category, CorrelationID, Result, ResultReason, ActivityDisplayName, ActivityDateTime, LoggedByService, OperationType string
	InitiatedBy                                                                                                              struct {
		User *struct{ ID, DisplayName, UserPrincipalName, IPAddress string }
		App  *struct{ DisplayName, AppID, ServicePrincipalID, ServicePrincipalName string }
	}
	TargetResources []struct {
		ID, DisplayName, Type, UserPrincipalName string
		ModifiedProperties                       []struct{ DisplayName, OldValue, NewValue string }
	}
	AdditionalDetails []struct{ Key, Value string }
}

func readDirectoryAudit(r *simtenant.Record) (d directoryAudit) {
	if err := json.Unmarshal(r.Body, &d); err != nil {
		panic(err) // unreachable: our own writing
	}
	return d
}

// How many targets, properties of one and details the portal's columns hold.
const portalTargets, portalProperties, portalDetails = 3, 5, 5

// portalAudit is the portal's CSV: targets, properties and details in numbered columns.
func (x *exporter) portalAudit(name string) error {
	v := x.log(simtenant.DirectoryRecord)
	return x.write(name, x.ofLog("directory audits", v), func(out *bufio.Writer) error {
		t := table{out, false}
		header := "Date (UTC),CorrelationId,Service,Category,Activity,Result,ResultReason,ActorType,ActorDisplayName,ActorObjectId,ActorUserPrincipalName,IPAddress,ActorServicePrincipalId,ActorServicePrincipalName"
		for n := range portalTargets {
			header += fmt.Sprintf(",Target%[1]dType,Target%[1]dDisplayName,Target%[1]dObjectId,Target%[1]dUserPrincipalName", n+1)
			for p := range portalProperties {
				header += fmt.Sprintf(",Target%[1]dModifiedProperty%[2]dName,Target%[1]dModifiedProperty%[2]dOldValue,Target%[1]dModifiedProperty%[2]dNewValue", n+1, p+1)
			}
		}
		for n := range portalDetails {
			header += fmt.Sprintf(",AdditionalDetail%[1]dKey,AdditionalDetail%[1]dValue", n+1)
		}
		t.header(header)
		for i := range v.Records {
			t.row(portalAuditRow(readDirectoryAudit(&v.Records[i]))...)
		}
		return nil
	})
}

func portalAuditRow(d directoryAudit) []string {
	row := []string{d.ActivityDateTime, d.CorrelationID, d.LoggedByService, d.Category, d.ActivityDisplayName, d.Result, d.ResultReason}
	switch {
	case d.InitiatedBy.User != nil:
		u := d.InitiatedBy.User
		row = append(row, "User", u.DisplayName, u.ID, u.UserPrincipalName, u.IPAddress, "", "")
	case d.InitiatedBy.App != nil:
		a := d.InitiatedBy.App
		row = append(row, "Application", a.DisplayName, "", "", "", a.ServicePrincipalID, a.ServicePrincipalName)
	default:
		row = append(row, "", "", "", "", "", "", "")
	}
	for n := range portalTargets {
		cells := make([]string, 4+3*portalProperties)
		if n < len(d.TargetResources) {
			r := d.TargetResources[n]
			copy(cells, []string{r.Type, r.DisplayName, r.ID, r.UserPrincipalName})
			for p := range min(portalProperties, len(r.ModifiedProperties)) {
				m := r.ModifiedProperties[p]
				copy(cells[4+3*p:], []string{m.DisplayName, m.OldValue, m.NewValue})
			}
		}
		row = append(row, cells...)
	}
	for n := range portalDetails {
		if n < len(d.AdditionalDetails) {
			row = append(row, d.AdditionalDetails[n].Key, d.AdditionalDetails[n].Value)
		} else {
			row = append(row, "", "")
		}
	}
	return row
}
