package records

import (
	"strings"

	"evict"
)

// recordID is a log's own ID as a record ID.
func recordID(s string) evict.RecordID { return evict.RecordID(lower(strings.TrimSpace(s))) }

// lower is strings.ToLower without a copy of what is lower-case already.
func lower(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' || c >= 0x80 {
			return strings.ToLower(s)
		}
	}
	return s
}

// isGUID reports 8-4-4-4-12 hex digits.
func isGUID(s string) bool {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return false
	}
	for i := range len(s) {
		if i != 8 && i != 13 && i != 18 && i != 23 && !isHex(s[i]) {
			return false
		}
	}
	return true
}

func isHex(c byte) bool { return c-'0' <= 9 || c|0x20 >= 'a' && c|0x20 <= 'f' }

// isPUID reports the 16 hex digits of a passport ID; the real ones begin with
// 1003, and one of digits alone is no word.
func isPUID(s string) bool {
	if len(s) != 16 {
		return false
	}
	digits := 0
	for i := range len(s) {
		if !isHex(s[i]) {
			return false
		}
		if s[i] <= '9' {
			digits++
		}
	}
	return digits >= 6
}

// guidIn takes the braces off a GUID; "" for anything else.
func guidIn(s string) string {
	s = strings.Trim(s, " {}")
	if !isGUID(s) {
		return ""
	}
	return lower(s)
}

// objectID is the principal of a directory object's ID; none for anything but a GUID that is not all zeros.
func objectID(s string) evict.Principal { return guidPrincipal(evict.ObjectID, s) }

// servicePrincipal is the principal of a service principal's object ID.
func servicePrincipal(s string) evict.Principal { return guidPrincipal(evict.ServicePrincipalID, s) }

// appPrincipal is the principal of an application ID.
func appPrincipal(s string) evict.Principal { return guidPrincipal(evict.AppID, s) }

func guidPrincipal(k evict.PrincipalKind, s string) evict.Principal {
	if id := guidIn(s); id != "" && id != "00000000-0000-0000-0000-000000000000" {
		return evict.Principal{Kind: k, ID: id}
	}
	return evict.Principal{}
}

// services are identities of Microsoft's own that logs name as the actor, lower-cased
// (from published UAL exports, api.md 8.2 of the format notes and Microsoft's audit-log documentation).
var services = map[string]bool{
	"app@sharepoint": true, "sharepoint\\system": true, "certificate": true, "securitycompliancealerts": true,
	"fim_password_service@support.onmicrosoft.com": true, "microsoft teams sync": true, "ffoserviceserviceuser": true,
	"ffoservicepartneruser": true, "threatintel": true, "not-found": true, "microsoft\\serviceoperator": true,
	"microsoft substrate management": true, "microsoft exchange online protection": true, "system": true, "system account": true,
	"device registration service": true, "microsoft app access panel": true, "azure ad cloud sync": true, "microsoft.azure.syncfabric": true,
	"serviceoperator": true, "s-1-5-18": true, "s-1-5-19": true, "s-1-5-20": true, "complianceaudit": true, "office365 backend process": true,
	"microsoftintune": true, "spo_maintenance": true, "dlpagent": true, "airinvestigation": true, "automated investigation and response": true,
}

// personOf classes one name as logs write it: a UPN, a GUID (an object ID), a
// SID, a PUID, a service principal, a service of Microsoft's own, or free text.
func personOf(s string) evict.Principal {
	s = strings.TrimSpace(s)
	switch {
	case s == "" || s == "<null>":
		return evict.Principal{}
	case isGUID(s):
		return objectID(s)
	case isPUID(s):
		return evict.Principal{Kind: evict.PUID, ID: strings.ToUpper(s)}
	}
	low := lower(s)
	if services[low] || strings.HasPrefix(low, "nt authority\\") || strings.HasPrefix(low, "nt service\\") {
		return evict.Principal{Kind: evict.Service, ID: s}
	}
	if id, ok := strings.CutPrefix(low, "serviceprincipal_"); ok && isGUID(id) {
		return evict.Principal{Kind: evict.ServicePrincipalID, ID: id}
	}
	if strings.HasPrefix(low, "s-1-") {
		return evict.Principal{Kind: evict.SID, ID: strings.ToUpper(s)}
	}
	if rest, ok := strings.CutPrefix(low, "urn:spo:guest#"); ok {
		low = rest
	}
	for _, prefix := range [...]string{"smtp:", "mailto:", "sip:"} {
		low = strings.TrimPrefix(low, prefix)
	}
	if at := strings.LastIndexByte(low, '@'); at > 0 && at < len(low)-1 && !strings.ContainsAny(low, " \\/<>\"|\t\r\n") {
		switch domain := low[at+1:]; {
		case strings.HasSuffix(domain, ".prod.outlook.com"):
			return evict.Principal{Kind: evict.Service, ID: s}
		case isGUID(low[:at]) && isGUID(domain): // application@tenant
			return appPrincipal(low[:at])
		case isPUID(low[:at]) && isGUID(domain):
			return evict.Principal{Kind: evict.PUID, ID: strings.ToUpper(low[:at])}
		}
		return evict.Principal{Kind: evict.UPN, ID: low}
	}
	return evict.Principal{Kind: evict.Name, ID: s}
}

// keyOf reads a UserKey: PUID, PUID@tenant, i:0h.f|membership|PUID@live.com,
// GUID, SID. What is none of these says nothing that UserId does not.
func keyOf(s string) evict.Principal {
	s = strings.TrimSpace(s)
	if i := strings.LastIndexByte(s, '|'); i >= 0 {
		s = s[i+1:]
	}
	if at := strings.IndexByte(s, '@'); at > 0 && isPUID(s[:at]) {
		s = s[:at]
	}
	switch p := personOf(s); p.Kind {
	case evict.PUID, evict.ObjectID, evict.SID:
		return p
	}
	return evict.Principal{}
}
