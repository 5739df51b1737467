package detect

import (
	"fmt"
	"strings"

	"evict"
)

var profileChanged = &Detector{
	ID: "profile-changed", Rev: 1, Scope: AccountScope, Item: "profile",
	Title: "Name, telephone or address in the profile changed",
	Doc: `The display name, a name, a telephone number, an address or a recovery address of the account was changed, with old and new value where the record has them. Intruders change the name that recipients see, and the number that the help desk calls back. By an anchored hand it is not told.

Innocent causes: marriage, a new desk, a clean-up by personnel or by a synchronisation. A change without an address of its own (made in a portal) is shown as context only.

By hand: Entra admin center, Users, the user, Audit logs, Update user, Modified properties; Exchange Online PowerShell: Get-User USER | Format-List DisplayName, Phone, MobilePhone, StreetAddress, PostalCode.`,
	Symptoms: []int{4, 7}, Techniques: []string{"T1098"},
	Needs:   []Need{{Any: []evict.Kind{evict.DirectoryAudit, evict.AdminAudit}}},
	Actions: []string{"restore-profile"},
	New:     func() Watcher { return EventFunc(profileEvent) },
}

// profileFields are the properties of a profile, by folded name, and the symptom that they are.
var profileFields = map[string]int{
	"displayname": 4, "simpledisplayname": 4, "givenname": 7, "surname": 7, "sn": 7, "firstname": 7, "lastname": 7, "name": 4,
	"mobile": 7, "mobilephone": 7, "telephonenumber": 7, "phone": 7, "homephone": 7, "otherhomephone": 7, "othermobile": 7, "facsimiletelephonenumber": 7, "fax": 7, "businessphones": 7,
	"streetaddress": 7, "city": 7, "state": 7, "stateorprovince": 7, "postalcode": 7, "country": 7, "countryorregion": 7, "physicaldeliveryofficename": 7, "office": 7, "jobtitle": 7, "title": 7, "department": 7, "company": 7, "companyname": 7,
	"alternateemail": 8, "alternateemailaddresses": 8, "othermail": 8, "othermails": 8, "alternatesecurityid": 8,
}

func profileEvent(e *evict.Event, v *View) {
	if !acted(e) || !opIs(e.Op, "update user", "set-user", "set-mailbox", "set-mailuser") {
		return
	}
	what, symptoms := profileOf(e)
	if len(what) == 0 {
		return
	}
	if synchronises(e.Actor) {
		return
	}
	mine := v.Mine(e.Actor)
	d := Draft{Family: evict.Behaviour, Grade: evict.Indicative, Cause: Because(e), Symptoms: symptoms}
	switch {
	case mine && v.Unanchored():
	case mine && v.Strand == nil:
		d.Grade = evict.Context // made in a portal: whose hand is not known
	default:
		return
	}
	whose, own := profileOwner(e, v)
	d.Left = leftProfile(e, whose)
	d.Summary = fmt.Sprintf("%s%s by %s: %s", e.Op, from(e), actorName(e), strings.Join(what, "; "))
	if own {
		d.Question = "Did you change your profile: " + strings.Join(what, "; ") + "?"
	} else {
		d.Summary += " of " + whose
		d.Actor, d.Target = e.Actor, whose
	}
	v.Report(d)
}

// synchronises reports the account that Entra Connect makes for itself
// (Sync_SERVER_id@tenant.onmicrosoft.com): it copies profiles all day.
func synchronises(p evict.Principal) bool {
	return p.Kind == evict.UPN && strings.HasPrefix(p.ID, "sync_") && strings.HasSuffix(p.ID, ".onmicrosoft.com")
}

// profileOwner says whose profile it is.
func profileOwner(e *evict.Event, v *View) (name string, own bool) {
	for _, part := range []evict.Part{evict.Target, evict.Mailbox} {
		s := e.Subject(part)
		if s.Who.Kind == evict.NoPrincipal {
			continue
		}
		if v.Mine(s.Who) || s.Who == e.Actor {
			return s.Who.ID, true
		}
		for _, a := range s.Aliases {
			if v.Mine(a) {
				return s.Who.ID, true
			}
		}
		return s.Who.ID, false
	}
	return actorName(e), true
}

// profileOf lists the profile's changes that a record names.
func profileOf(e *evict.Event) (what []string, symptoms []int) {
	add := func(name, text string) {
		n := profileFields[strings.TrimPrefix(fold(name), "user.")]
		if n == 0 {
			return
		}
		what = append(what, text)
		for _, s := range symptoms {
			if s == n {
				return
			}
		}
		symptoms = append(symptoms, n)
	}
	switch d := e.Detail.(type) {
	case *evict.Changes:
		for _, p := range d.Props {
			was, is := bare(p.Old), bare(p.New)
			if was == is {
				continue
			}
			add(p.Name, fmt.Sprintf("%s from %s to %s", p.Name, quoted(was), quoted(is)))
		}
	case *evict.Settings:
		for _, p := range d.Params {
			if !strings.EqualFold(p.Name, "Name") || !opIs(e.Op, "set-mailbox") { // there it is the object's name
				add(p.Name, p.Name+" to "+quoted(p.Value))
			}
		}
	}
	return what, symptoms
}

// bare takes the brackets and quotes of a recorded JSON value off.
func bare(s string) string {
	return strings.TrimSpace(strings.Trim(strings.TrimSpace(s), "[]\"\r\n "))
}
