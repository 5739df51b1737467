package scenarios

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"evict/internal/simtenant"
)

// State that no record of these tenants tells: what people set up long before
// the first day, and what Identity Protection thinks.

// settings are what a person's mailbox is like: a signature, now and then lists
// of senders, a sweep rule, an add-in; the telephones that read it.
func (b *builder) settings(m *simtenant.Mailbox, u *user, i int) {
	long := b.users[u.oid].Created
	text := "Kind regards,\n" + u.name() + "\nContoso"
	m.Signature = simtenant.Object{"AutoAddSignature": true, "AutoAddSignatureOnReply": false, "SignatureText": text, "SignatureHtml": "<p>" + strings.ReplaceAll(text, "\n", "<br>") + "</p>"}
	if i%4 == 1 {
		m.Junk = simtenant.Object{"Enabled": true, "BlockedSendersAndDomains": []string{"offers@travelclub.example"}, "TrustedSendersAndDomains": []string{u.partners[0]}}
	}
	if i%5 == 2 {
		m.Sweep = append(m.Sweep, simtenant.Object{"RuleId": made("sweep", u.oid), "Name": "From digest@devnotes.example older than 10 days", "Sender": "digest@devnotes.example", "KeepForDays": 10, "DestinationFolder": "Deleted Items", "Enabled": true, "Provider": "Exchange16"})
	}
	m.AddIns = append(m.AddIns, addIn("Report Message", "6046742c-3aee-485e-a4ac-92ab7199db2e", "Microsoft", "Organization"))
	if i%6 == 1 {
		m.AddIns = append(m.AddIns, addIn("Translator for Outlook", "3d8c2f7a-90b1-4e5d-8a66-1f2e3d4c5b6a", "Litware Languages", "User"))
	}
	for k, d := range []device{u.phone, u.second} {
		if d.agent == "" {
			continue
		}
		id := strings.ToUpper(strings.ReplaceAll(made("mobile", u.oid, fmt.Sprint(k)), "-", ""))
		os, model := "iOS 18.6", "Outlook for iOS and Android"
		if d.agent == outlookAnd {
			os = "Android 15"
		}
		m.Mobile = append(m.Mobile, simtenant.Object{
			"DeviceId": id, "DeviceType": "Outlook", "DeviceModel": model, "DeviceOS": os, "FriendlyName": model, "DeviceUserAgent": d.agent, "ClientType": "Outlook",
			"FirstSyncTime": long.AddDate(0, 3, k), "WhenCreated": long.AddDate(0, 3, k),
		})
	}
}

func addIn(name, id, provider, scope string) simtenant.Object {
	return simtenant.Object{"Name": name, "DisplayName": name, "AppId": id, "ProviderName": provider, "Scope": scope, "Type": "MarketplacePrivateCatalog", "Enabled": true, "AppVersion": "1.0.0.0", "Requirements": "ReadWriteItem"}
}

// licences differ: some have fewer services, and one uses an app password.
func licences(a *simtenant.User, i int) {
	if i%6 == 4 {
		a.Plans = drop(a.Plans, "SHAREPOINTENTERPRISE", "TEAMS1")
	}
	if i%7 == 3 {
		a.AppPasswords = 1
	}
}

func drop(plans []string, names ...string) []string {
	var out []string
	for _, p := range plans {
		keep := true
		for _, n := range names {
			keep = keep && p != n
		}
		if keep {
			out = append(out, p)
		}
	}
	return out
}

// premium says whether the tenant's licence knows risk.
func (b *builder) premium() bool {
	for _, p := range b.w.Plans {
		if p == "AAD_PREMIUM_P2" {
			return true
		}
	}
	return false
}

// risk is what Identity Protection thinks of the strangers' sign-ins; and of
// one of an owner, which somebody has dismissed. It says so in the sign-ins too.
func (b *builder) risk(records []Record) {
	if !b.premium() {
		return
	}
	innocent := false
	for i := range records {
		r := &records[i]
		if r.Log != SignIns && r.Log != TokenSignIns {
			continue
		}
		level, state := "none", "none"
		u := b.users[strings.ToLower(r.User)]
		switch {
		case u == nil || r.Failed || r.Log != SignIns:
		case r.Hand == Attacker:
			level, state = "medium", "atRisk"
			b.detected(r, u, "unfamiliarFeatures", level, state, "none")
		case !innocent && r.Hand == Owner && bytes.Contains(r.JSON, []byte(`"city":"Lyon"`)):
			innocent, level, state = true, "low", "dismissed"
			b.detected(r, u, "unlikelyTravel", level, state, "adminDismissedAllRiskForUser")
		}
		r.JSON = bytes.ReplaceAll(r.JSON, []byte(`"riskLevelDuringSignIn":"hidden"`), []byte(`"riskLevelDuringSignIn":"`+level+`"`))
		r.JSON = bytes.ReplaceAll(r.JSON, []byte(`"riskLevelAggregated":"hidden"`), []byte(`"riskLevelAggregated":"`+level+`"`))
		r.JSON = bytes.ReplaceAll(r.JSON, []byte(`"riskState":"none"`), []byte(`"riskState":"`+state+`"`))
	}
}

func (b *builder) detected(r *Record, u *simtenant.User, kind, level, state, detail string) {
	at := r.Time.UTC()
	s := readSignIn(&simtenant.Record{Body: r.JSON})
	b.w.Risky = append(b.w.Risky, &simtenant.Risky{User: u.ID, Detection: true, Props: simtenant.Object{
		"id": made("detection", r.ID), "requestId": r.ID, "correlationId": s.CorrelationID, "riskEventType": kind, "riskState": state, "riskLevel": level, "riskDetail": detail, "source": "IdentityProtection", "detectionTimingType": "realtime", "activity": "signin",
		"ipAddress": s.IPAddress, "location": simtenant.Object{"city": s.Location.City, "state": s.Location.State, "countryOrRegion": s.Location.CountryOrRegion}, "activityDateTime": at.Format(time.RFC3339), "detectedDateTime": at.Add(2 * time.Minute).Format(time.RFC3339),
		"lastUpdatedDateTime": at.Add(2 * time.Minute).Format(time.RFC3339), "userDisplayName": u.DisplayName, "userPrincipalName": u.UPN, "tokenIssuerType": "AzureAD", "additionalInfo": `[{"Key":"userAgent","Value":"` + s.UserAgent + `"}]`,
	}})
	props := simtenant.Object{"riskLevel": level, "riskState": state, "riskDetail": detail, "riskLastUpdatedDateTime": at.Add(2 * time.Minute).Format(time.RFC3339)}
	past := simtenant.Object{"activity": simtenant.Object{"detail": detail, "riskEventTypes": []string{kind}}}
	for k, v := range props {
		past[k] = v
	}
	for _, x := range b.w.Risky {
		if x.User == u.ID && !x.Detection {
			x.Props, x.History = props, append(x.History, past)
			return
		}
	}
	b.w.Risky = append(b.w.Risky, &simtenant.Risky{User: u.ID, Props: props, History: []simtenant.Object{past}})
}
