package scenarios

import (
	"bufio"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"evict/internal/simtenant"
)

// Azure Monitor: tables of a Log Analytics workspace, and what diagnostic
// settings put into storage. Defender's tables of advanced hunting.

// gridTime is how the workspace's grid writes a time into a CSV.
const gridTime = "1/2/2006, 3:04:05.000 PM"

const workspace = "f4d7a1b2-6c3e-4d58-9a07-1b2c3d4e5f60"

func (x *exporter) resource() string {
	return "/tenants/" + x.w.ID + "/providers/Microsoft.aadiam"
}

// compact is a member of the sign-in's JSON as a dynamic column holds it.
func (s *signIn) compact(name string) string { return string(s.raw[name]) }

// analyticsSignIns are columns of SigninLogs and AADNonInteractiveUserSignInLogs.
const analyticsSignIns = "TenantId,TimeGenerated [UTC],ResourceId,OperationName,Category,ResultType,ResultDescription,CorrelationId,Location,AppDisplayName,AppId,AuthenticationDetails,AuthenticationProtocol,AuthenticationRequirement," +
	"ClientAppUsed,ConditionalAccessStatus,CreatedDateTime [UTC],DeviceDetail,IsInteractive,Id,IPAddress,LocationDetails,RiskLevelDuringSignIn,RiskState,ResourceDisplayName,ResourceIdentity,Status,UserAgent,UserDisplayName,UserId," +
	"UserPrincipalName,AADTenantId,UserType,ResourceTenantId,HomeTenantId,UniqueTokenIdentifier,IncomingTokenType,OriginalTransferMethod,SessionId,AutonomousSystemNumber,CrossTenantAccessType,TokenIssuerType,Type"

func (x *exporter) analyticsSignIn(kind, category string) func(table, *signIn) {
	return func(t table, s *signIn) {
		description := ""
		if s.Status.ErrorCode != 0 {
			description = s.Status.FailureReason
		}
		at := s.time()
		t.row(workspace, at.Add(95*time.Second).Format(gridTime), x.resource(), "Sign-in activity", category, strconv.Itoa(s.Status.ErrorCode), description, s.CorrelationID, s.Location.CountryOrRegion, s.AppDisplayName, s.AppID, s.compact("authenticationDetails"), s.AuthenticationProtocol, s.AuthenticationRequirement,
			s.ClientAppUsed, s.ConditionalAccessStatus, at.Format(gridTime), s.compact("deviceDetail"), strings.ToUpper(strconv.FormatBool(s.IsInteractive)), s.ID, s.IPAddress, s.compact("location"), s.RiskLevelDuringSignIn, s.RiskState, s.ResourceDisplayName, s.ResourceID, s.compact("status"), s.UserAgent, s.UserDisplayName, s.UserID,
			s.UserPrincipalName, x.w.ID, s.UserType, s.ResourceTenantID, s.HomeTenantID, s.UniqueTokenIdentifier, s.IncomingTokenType, s.OriginalTransferMethod, s.SessionID, strconv.FormatInt(s.AutonomousSystemNumber, 10), s.CrossTenantAccessType, s.TokenIssuerType, kind)
	}
}

// exportAnalytics is what a workspace's query page saves as CSV.
func exportAnalytics(x *exporter) error {
	at, behind := x.signIns()
	if err := x.signInTable("SigninLogs.csv", "interactive sign-ins", at, false, analyticsSignIns, x.analyticsSignIn("SigninLogs", "SignInLogs")); err != nil {
		return err
	}
	if err := x.signInTable("AADNonInteractiveUserSignInLogs.csv", "non-interactive sign-ins", behind, false, analyticsSignIns, x.analyticsSignIn("AADNonInteractiveUserSignInLogs", "NonInteractiveUserSignInLogs")); err != nil {
		return err
	}
	if err := x.analyticsAudit("AuditLogs.csv"); err != nil {
		return err
	}
	return x.officeActivity("OfficeActivity.csv")
}

func (x *exporter) analyticsAudit(name string) error {
	v := x.log(simtenant.DirectoryRecord)
	return x.write(name, x.ofLog("directory audits", v), func(out *bufio.Writer) error {
		t := table{out, false}
		t.header("TenantId,TimeGenerated [UTC],ResourceId,OperationName,OperationVersion,Category,ResultType,ResultSignature,CorrelationId,Identity,Level,AdditionalDetails,Id,InitiatedBy,LoggedByService,Result,ResultReason,TargetResources,AADTenantId,ActivityDisplayName,ActivityDateTime [UTC],AADOperationType,Type")
		for i := range v.Records {
			r := &v.Records[i]
			d := readDirectoryAudit(r)
			var raw map[string]json.RawMessage
			if err := json.Unmarshal(r.Body, &raw); err != nil {
				return err
			}
			at := r.Time.UTC().Format(gridTime)
			t.row(workspace, at, x.resource(), d.ActivityDisplayName, "1.0", d.Category, "", "None", d.CorrelationID, "", "4", string(raw["additionalDetails"]), d.ID, string(raw["initiatedBy"]), d.LoggedByService, d.Result, d.ResultReason, string(raw["targetResources"]), x.w.ID, d.ActivityDisplayName, at, d.OperationType, "AuditLogs")
		}
		return nil
	})
}

// officeActivities are columns of OfficeActivity; the workspace has the records
// of Exchange and SharePoint alone.
var officeActivities = strings.Fields("TenantId TimeGenerated RecordType Operation OrganizationId UserType UserKey OfficeWorkload ResultStatus OfficeObjectId UserId ClientIP Client_IPAddress ClientInfoString ClientProcessName ClientAppId AppId ExternalAccess OriginatingServer OrganizationName Logon_Type InternalLogonType MailboxGuid MailboxOwnerUPN MailboxOwnerSid LogonUserSid Parameters Item Folder DestFolder Folders AffectedItems OperationProperties SessionId SiteUrl SourceFileName SourceRelativeUrl SourceFileExtension UserAgent ItemType EventSource OfficeId Type")

// officeNames pairs columns with the names in the record, where they differ.
var officeNames = map[string]string{"OfficeWorkload": "Workload", "OfficeObjectId": "ObjectId", "Client_IPAddress": "ClientIPAddress", "Logon_Type": "LogonType", "OfficeId": "Id"}

var (
	officeUsers  = []string{"Regular", "Reserved", "Admin", "DcAdmin", "System", "Application", "ServicePrincipal", "CustomPolicy", "SystemPolicy", "PartnerTechnician", "Guest"}
	officeLogons = []string{"Owner", "Admin", "Delegated", "Transport", "SystemService", "BestAccess", "DelegatedAdmin"}
)

func (x *exporter) officeActivity(name string) error {
	v := part(x.log(simtenant.AuditRecord), func(r *simtenant.Record) bool {
		return slices.Contains([]string{"Exchange", "SharePoint", "OneDrive", "MicrosoftTeams"}, r.Workload)
	})
	s := x.ofLog("unified audit log of Exchange, SharePoint and Teams", v)
	s.Complete, s.Filtered, s.Why = false, true, "a workspace keeps the records of Exchange, SharePoint and Teams alone"
	return x.write(name, s, func(out *bufio.Writer) error {
		t := table{out, false}
		header := slices.Clone(officeActivities)
		header[1] += " [UTC]"
		t.row(header...)
		for i := range v.Records {
			if err := officeRow(t, &v.Records[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func officeRow(t table, r *simtenant.Record) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(r.Body, &raw); err != nil {
		return err
	}
	cells := make([]string, len(officeActivities))
	for i, name := range officeActivities {
		v, had := officeNames[name]
		if !had {
			v = name
		}
		cells[i] = plainText(raw[v])
		switch name {
		case "TenantId":
			cells[i] = workspace
		case "TimeGenerated":
			cells[i] = r.Time.UTC().Format(gridTime)
		case "RecordType":
			cells[i] = simtenant.RecordTypeName(r.RecordType)
		case "UserType":
			cells[i] = named(cells[i], officeUsers)
		case "Logon_Type":
			cells[i] = named(cells[i], officeLogons)
		case "Type":
			cells[i] = "OfficeActivity"
		}
	}
	t.row(cells...)
	return nil
}

// plainText is a JSON value as a column shows it: a text without its quotes.
func plainText(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// named is the name of a number.
func named(number string, names []string) string {
	if n, err := strconv.Atoi(number); err == nil && n >= 0 && n < len(names) {
		return names[n]
	}
	return number
}

// exportDiagnostics is what diagnostic settings put into a storage account: a
// line for each record.
func exportDiagnostics(x *exporter) error {
	at, behind := x.signIns()
	for _, f := range []struct {
		file, source, category string
		v                      simtenant.LogView
	}{
		{"insights-logs-signinlogs/PT1H.json", "interactive sign-ins", "SignInLogs", at},
		{"insights-logs-noninteractiveusersigninlogs/PT1H.json", "non-interactive sign-ins", "NonInteractiveUserSignInLogs", behind},
		{"insights-logs-auditlogs/PT1H.json", "directory audits", "AuditLogs", x.log(simtenant.DirectoryRecord)},
	} {
		err := x.write(f.file, x.ofLog(f.source, f.v), func(out *bufio.Writer) error {
			for i := range f.v.Records {
				r := &f.v.Records[i]
				if err := x.diagnostic(out, r, f.category); err != nil {
					return err
				}
			}
			return emptyIf(out, len(f.v.Records) == 0)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (x *exporter) diagnostic(out *bufio.Writer, r *simtenant.Record, category string) error {
	operation, result, address := r.Operation, "", ""
	if r.Kind == simtenant.SignInRecord {
		s := readSignIn(r)
		operation, result, address = "Sign-in activity", strconv.Itoa(s.Status.ErrorCode), s.IPAddress
	} else if d := readDirectoryAudit(r); d.InitiatedBy.User != nil {
		operation, address = d.ActivityDisplayName, d.InitiatedBy.User.IPAddress
	}
	b, err := json.Marshal(struct {
		Time          string          `json:"time"`
		ResourceID    string          `json:"resourceId"`
		OperationName string          `json:"operationName"`
		Version       string          `json:"operationVersion"`
		Category      string          `json:"category"`
		TenantID      string          `json:"tenantId"`
		ResultType    string          `json:"resultType,omitempty"`
		Caller        string          `json:"callerIpAddress"`
		Level         int             `json:"Level"`
		Properties    json.RawMessage `json:"properties"`
	}{r.Time.UTC().Add(95 * time.Second).Format("2006-01-02T15:04:05.0000000Z"), x.resource(), operation, "1.0", category, x.w.ID, result, address, 4, r.Body})
	if err != nil {
		return err
	}
	out.Write(b)
	return out.WriteByte('\n')
}

// exportDefender is what advanced hunting saves as CSV: 30 days, and of each
// record the columns that its tables have.
func exportDefender(x *exporter) error {
	v := x.log(simtenant.SignInRecord)
	if err := x.signInTable("EntraIdSignInEvents.csv", "sign-ins", v, false, defenderSignIns, defenderSignIn); err != nil {
		return err
	}
	if err := x.emailEvents("EmailEvents.csv"); err != nil {
		return err
	}
	return x.cloudAppEvents("CloudAppEvents.csv")
}

const defenderSignIns = "Timestamp,Application,ApplicationId,LogonType,ErrorCode,CorrelationId,SessionId,AccountDisplayName,AccountObjectId,AccountUpn,IsExternalUser,IsGuestUser,ResourceDisplayName,ResourceId,DeviceName,EntraIdDeviceId," +
	"OSPlatform,DeviceTrustType,IsManaged,IsCompliant,AuthenticationRequirement,RiskLevelAggregated,RiskLevelDuringSignIn,RiskState,UserAgent,ClientAppUsed,Browser,ConditionalAccessStatus,IPAddress,Country,State,City,Latitude,Longitude,RequestId,UniqueTokenId"

func defenderSignIn(t table, s *signIn) {
	kind := `["nonInteractiveUser"]`
	if s.IsInteractive {
		kind = `["interactiveUser"]`
	}
	number := func(b bool) string { return strconv.Itoa(map[bool]int{true: 1}[b]) }
	access := map[string]string{"success": "0", "failure": "1", "notApplied": "2"}[s.ConditionalAccessStatus]
	geo := s.Location.GeoCoordinates
	t.row(s.CreatedDateTime, s.AppDisplayName, s.AppID, kind, strconv.Itoa(s.Status.ErrorCode), s.CorrelationID, s.SessionID, s.UserDisplayName, s.UserID, s.UserPrincipalName, "0", "0", s.ResourceDisplayName, s.ResourceID, s.DeviceDetail.DisplayName, s.DeviceDetail.DeviceID,
		s.DeviceDetail.OperatingSystem, s.DeviceDetail.TrustType, number(s.DeviceDetail.IsManaged), number(s.DeviceDetail.IsCompliant), s.AuthenticationRequirement, "0", "0", "0", s.UserAgent, s.ClientAppUsed, s.DeviceDetail.Browser, access, s.IPAddress, s.Location.CountryOrRegion, s.Location.State, s.Location.City,
		strconv.FormatFloat(geo.Latitude, 'f', -1, 64), strconv.FormatFloat(geo.Longitude, 'f', -1, 64), s.ID, s.UniqueTokenIdentifier)
}

// hunted are the last 30 days of a log: advanced hunting looks no further back.
func (x *exporter) hunted(kind string) simtenant.LogView {
	v := x.log(kind)
	if from := x.w.Now.UTC().Truncate(time.Second).AddDate(0, 0, -30); from.After(v.From) {
		v.From = from
		v = part(v, func(r *simtenant.Record) bool { return !r.Time.Before(from) })
	}
	return v
}

func (x *exporter) emailEvents(name string) error {
	v := x.hunted(simtenant.TraceRecord)
	return x.write(name, x.ofLog("message trace", v), func(out *bufio.Writer) error {
		t := table{out, false}
		t.header("Timestamp,NetworkMessageId,InternetMessageId,SenderFromAddress,SenderMailFromAddress,SenderIPv4,RecipientEmailAddress,RecipientObjectId,Subject,EmailDirection,DeliveryAction,DeliveryLocation,ThreatTypes,EmailSize,ReportId")
		for i := range v.Records {
			m := readTrace(&v.Records[i])
			t.row(m.ReceivedDateTime, m.ID, m.MessageID, m.SenderAddress, m.SenderAddress, m.FromIP, m.RecipientAddress, x.objectID(m.RecipientAddress), m.Subject, x.direction(m), "Delivered", "Inbox/folder", "", strconv.FormatInt(m.Size, 10), m.ID+"-"+strconv.Itoa(i))
		}
		return nil
	})
}

// cloudAppEvents has the record of the audit log whole, for accounts of this
// tenant, in a column.
func (x *exporter) cloudAppEvents(name string) error {
	v := x.hunted(simtenant.AuditRecord)
	return x.write(name, x.ofLog("unified audit log", v), func(out *bufio.Writer) error {
		t := table{out, false}
		t.header("Timestamp,ActionType,Application,ApplicationId,AccountObjectId,AccountId,AccountDisplayName,IsAdminOperation,IPAddress,ObjectName,RawEventData,ReportId")
		for i := range v.Records {
			r := &v.Records[i]
			application, id := "Microsoft Exchange Online", "20893"
			switch r.Workload {
			case "AzureActiveDirectory":
				application, id = "Office 365", "11161"
			case "SharePoint", "OneDrive":
				application, id = "Microsoft SharePoint Online", "20892"
			}
			var a struct{ ClientIP, ClientIPAddress, ActorIPAddress string }
			if err := json.Unmarshal(r.Body, &a); err != nil {
				return err
			}
			address := a.ClientIP
			if address == "" {
				address = a.ClientIPAddress + a.ActorIPAddress
			}
			name := who(r)
			t.row(r.Time.UTC().Format(time.RFC3339), r.Operation, application, id, r.User, name, name, "0", address, "", string(r.Body), r.ID)
		}
		return nil
	})
}
