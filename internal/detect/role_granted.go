package detect

import (
	"fmt"
	"strings"

	"evict"
)

var roleGranted = &Detector{
	ID: "role-granted", Rev: 2, Scope: RecordScope, Seed: true, Item: "role",
	Title: "Administrative role granted",
	Doc: `An account was given an administrative role in Entra ID (directly, as eligible, or by a completed request), in Exchange or in the compliance portal. Roles are what an intruder in an administrator's account hands to accounts of his own.

Innocent causes: ordinary administration; a new colleague; an emergency account. By itself it is a reason to look, and says nothing about the account that received it.

By hand: Entra admin center, Roles and administrators, the role, Assignments, active and eligible; Audit logs, category RoleManagement; Exchange PowerShell: Get-RoleGroupMember, Get-ManagementRoleAssignment.`,
	Symptoms: []int{8}, Techniques: []string{"T1098.003", "T1586"},
	Needs:   []Need{{Any: []evict.Kind{evict.DirectoryAudit, evict.AdminAudit}}},
	Actions: []string{"remove-directory-role", "remove-exchange-role-group", "remove-compliance-role-group"},
	New:     func() Watcher { return EventFunc(seeRole) },
}

func seeRole(e *evict.Event, v *View) {
	role, ok := grantedRole(e)
	if !ok {
		return
	}
	who := whom(e)
	note := ""
	if p := powerOf(e, role); p != "" {
		note = ", which has power over others"
		if fold(p) != fold(role) {
			note = " (" + p + ")" + note
		}
	}
	v.Report(Draft{
		Family: evict.Privilege, Grade: evict.Indicative, Cause: Because(e), Target: who, Left: leftRole(e, role, who),
		Summary: fmt.Sprintf("%s gave %s the role %s%s%s", actorName(e), quoted(who), quoted(role), note, from(e)),
	})
}

// grantedRole returns the role that an act grants.
func grantedRole(e *evict.Event) (string, bool) {
	op := operation(e)
	if s, ok := e.Detail.(*evict.Settings); ok {
		if e.Outcome == evict.Failure || e.Actor.Kind == evict.Service {
			return "", false
		}
		switch op {
		case "add-rolegroupmember", "update-rolegroupmember":
			g, _ := s.Get("Identity")
			return g, g != ""
		case "new-managementroleassignment":
			r, _ := s.Get("Role")
			return r, r != ""
		}
		return "", false
	}
	c, ok := directoryChange(e)
	if !ok || !strings.HasPrefix(op, "add ") || !strings.Contains(op, "member to role") {
		return "", false
	}
	if strings.Contains(op, "requested") || strings.Contains(op, "expired") || strings.Contains(op, "denied") || strings.Contains(op, "canceled") {
		return "", false
	}
	role := newValue(c, "Role.DisplayName", "Role.WellKnownObjectName", "Role.TemplateId")
	if role == "" {
		for i := range e.Subjects {
			if s := &e.Subjects[i]; s.Part == evict.Target && s.Who.Kind != evict.UPN && s.Label != "" {
				role = s.Label // PIM lists the role by its object ID and name
			}
		}
	}
	return role, true
}

// powerOf returns the privileged role that a grant names by any of its names:
// the display name is in the tenant's language, the template ID in none.
func powerOf(e *evict.Event, role string) string {
	if p := privilegedRole(role); p != "" {
		return p
	}
	if c, ok := e.Detail.(*evict.Changes); ok {
		return privilegedRole(newValue(c, "Role.TemplateId"))
	}
	return ""
}
