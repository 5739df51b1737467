package scenarios

import (
	"slices"
	"strings"
)

// What tools and portals show of accounts beside their sign-ins: methods,
// devices, consents, roles, and risk where the licence knows it.

func (x *exporter) licensed(plan string) bool { return slices.Contains(x.w.Plans, plan) }

// portalRegistration is the portal's download of who is registered for what,
// which it has for tenants with Entra ID P1.
func (x *exporter) portalRegistration(name string) error {
	if !x.licensed("AAD_PREMIUM") {
		return nil
	}
	rows, err := x.objects("registration", nil)
	if err != nil {
		return err
	}
	return x.objectTable(name, false, x.ofState("authentication methods"), "id,userPrincipalName,userDisplayName,userType,isAdmin,isSsprRegistered,isSsprEnabled,isSsprCapable,isMfaRegistered,isMfaCapable,isPasswordlessCapable,methodsRegistered,defaultMfaMethod,lastUpdatedDateTime", rows, func(o ownedObject, column string) any { return o.obj[column] })
}

// portalDetections is the portal's download of risk detections.
func (x *exporter) portalDetections(name string) error {
	if !x.licensed("AAD_PREMIUM_P2") {
		return nil
	}
	rows, err := x.objects("risk-detections", nil)
	if err != nil {
		return err
	}
	words := map[string]string{"Request ID": "requestId", "Detection type": "riskEventType", "Risk state": "riskState", "Risk level": "riskLevel", "Risk detail": "riskDetail", "Source": "source", "Detection timing": "detectionTimingType", "Activity": "activity", "IP address": "ipAddress", "Time of activity": "activityDateTime", "Detection time": "detectedDateTime", "User ID": "userId", "Username": "userPrincipalName"}
	return x.objectTable(name, false, x.ofRisk(), "Request ID,Detection type,Risk state,Risk level,Risk detail,Source,Detection timing,Activity,IP address,Location,Time of activity,Detection time,User ID,Username", rows, func(o ownedObject, column string) any {
		if column == "Location" {
			at, _ := o.obj["location"].(map[string]any)
			return cell(at["city"], "") + ", " + cell(at["state"], "") + ", " + cell(at["countryOrRegion"], "")
		}
		return o.obj[words[column]]
	})
}

// ofRisk is the statement on risk, which Entra remembers for 90 days under P2.
func (x *exporter) ofRisk() stated {
	s := x.ofState("risk")
	s.From = s.To.AddDate(0, 0, -90)
	return s
}

// extractorIdentity is what the Extractor Suite reads of accounts.
func (x *exporter) extractorIdentity() error {
	for _, write := range []func() error{x.extractorMethods, x.extractorDevices, x.extractorConsents, x.extractorRoles, x.extractorRisk} {
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

func (x *exporter) extractorMethods() error {
	methods, err := x.objects("methods", nil)
	if err != nil {
		return err
	}
	kinds := map[string]string{"email": "emailAuthenticationMethod", "fido2": "fido2AuthenticationMethod", "app": "microsoftAuthenticatorAuthenticationMethod", "password": "passwordAuthenticationMethod", "phone": "phoneAuthenticationMethod", "softwareoath": "softwareOathAuthenticationMethod", "hellobusiness": "windowsHelloForBusinessAuthenticationMethod"}
	var rows []ownedObject
	for _, u := range x.whom() {
		row := map[string]any{"user": u.UPN, "MFAstatus": "Disabled"}
		for column, kind := range kinds {
			has := slices.ContainsFunc(methods, func(o ownedObject) bool { return o.of == u && o.kind == kind })
			row[column] = has
			if has && column != "password" {
				row["MFAstatus"] = "Enabled"
			}
		}
		rows = append(rows, ownedObject{of: u, obj: row})
	}
	return x.objectTable("MFA/MFA-AuthenticationMethods.csv", true, x.ofState("authentication methods"), "user,MFAstatus,email,fido2,app,password,phone,softwareoath,hellobusiness", rows, func(o ownedObject, column string) any { return o.obj[column] })
}

func (x *exporter) extractorDevices() error {
	rows, err := x.objects("registered-devices", nil)
	if err != nil {
		return err
	}
	names := map[string]string{"CreatedDateTime": "registrationDateTime", "DeviceId": "deviceId", "ObjectId": "id", "AccountEnabled": "accountEnabled", "DisplayName": "displayName", "OperatingSystem": "operatingSystem", "TrustType": "trustType", "IsCompliant": "isCompliant", "IsManaged": "isManaged", "ProfileType": "profileType"}
	return x.objectTable("Devices/Devices.csv", true, x.ofState("devices"), "CreatedDateTime,DeviceId,ObjectId,AccountEnabled,DisplayName,OperatingSystem,TrustType,IsCompliant,IsManaged,ProfileType,RegisteredOwners,RegisteredUsers", rows, func(o ownedObject, column string) any {
		if strings.HasPrefix(column, "Registered") {
			return o.of.UPN
		}
		return o.obj[names[column]]
	})
}

// extractorConsents has a row for each permission.
func (x *exporter) extractorConsents() error {
	var rows []ownedObject
	for _, file := range []string{"user-consents", "tenant-consents"} {
		grants, err := x.objects(file, nil)
		if err != nil {
			return err
		}
		for _, g := range grants {
			client, _ := g.obj["clientId"].(string)
			row := map[string]any{"PermissionType": "Delegated", "ClientObjectId": client, "ConsentType": g.obj["consentType"], "PrincipalObjectId": g.obj["principalId"]}
			for _, p := range x.w.Principals {
				if p.ID == client {
					row["AppId"], row["AppDisplayName"], row["PublisherName"] = p.AppID, p.Name, cell(p.Verified["displayName"], "")
				}
			}
			if g.of != nil {
				row["PrincipalDisplayName"] = g.of.DisplayName
			}
			scope, _ := g.obj["scope"].(string)
			for _, permission := range strings.Fields(scope) {
				one := map[string]any{"Permission": permission}
				for k, v := range row {
					one[k] = v
				}
				rows = append(rows, ownedObject{of: g.of, obj: one})
			}
		}
	}
	return x.objectTable("OAuthPermissions/OAuthPermissions.csv", true, x.ofState("consents"), "PermissionType,AppId,ClientObjectId,AppDisplayName,Permission,ConsentType,PrincipalObjectId,PrincipalDisplayName,PublisherName", rows, func(o ownedObject, column string) any { return o.obj[column] })
}

func (x *exporter) extractorRoles() error {
	held, err := x.objects("all-roles", nil)
	if err != nil {
		return err
	}
	var rows []ownedObject
	for _, h := range held {
		role, _ := h.obj["roleDefinition"].(map[string]any)
		for _, u := range x.whom() {
			if u.ID == h.obj["principalId"] {
				rows = append(rows, ownedObject{of: u, obj: map[string]any{"Role": role["displayName"], "UserName": u.UPN, "UserId": u.ID, "DisplayName": u.DisplayName, "AccountEnabled": u.Enabled, "CreatedDateTime": u.Created.UTC().Format(usTime)}})
			}
		}
	}
	s := x.ofState("directory roles")
	s.Complete, s.Why = false, "roles that a group holds, or that one is only eligible for, are not shown"
	return x.objectTable("Roles/All_Admins.csv", true, s, "Role,UserName,UserId,DisplayName,AccountEnabled,CreatedDateTime", rows, func(o ownedObject, column string) any { return o.obj[column] })
}

func (x *exporter) extractorRisk() error {
	if !x.licensed("AAD_PREMIUM_P2") {
		return nil
	}
	users, err := x.objects("risky-users", nil)
	if err != nil {
		return err
	}
	plain := func(o ownedObject, column string) any { return o.obj[lowerFirst(column)] }
	err = x.objectTable("RiskyEvents/RiskyUsers.csv", true, x.ofRisk(), "Id,IsDeleted,IsProcessing,RiskDetail,RiskLastUpdatedDateTime,RiskLevel,RiskState,UserDisplayName,UserPrincipalName", users, plain)
	if err != nil {
		return err
	}
	detections, err := x.objects("risk-detections", nil)
	if err != nil {
		return err
	}
	return x.objectTable("RiskyEvents/RiskyDetections.csv", true, x.ofRisk(), "Activity,ActivityDateTime,AdditionalInfo,CorrelationId,DetectedDateTime,IPAddress,Id,City,CountryOrRegion,State,RequestId,RiskDetail,RiskEventType,RiskLevel,RiskState,DetectionTimingType,Source,TokenIssuerType,UserDisplayName,UserId,UserPrincipalName", detections, func(o ownedObject, column string) any {
		at, _ := o.obj["location"].(map[string]any)
		switch column {
		case "IPAddress":
			return o.obj["ipAddress"]
		case "City", "State", "CountryOrRegion":
			return at[lowerFirst(column)]
		}
		return plain(o, column)
	})
}

// registrationJSON is the portal's download in its other form.
func (x *exporter) registrationJSON(name string) error {
	pages, refused, err := x.asked(dumpOf("registration"))
	if err != nil {
		return err
	}
	var all ownedPage
	for _, p := range pages {
		all.rows = append(all.rows, p.rows...)
	}
	return x.pages(name, "authentication methods", "reports/authenticationMethods/userRegistrationDetails", []ownedPage{all}, refused)
}
