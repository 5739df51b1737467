package collect

import (
	"encoding/json"
	"slices"
	"strings"
)

// directoryAudits reads Entra's own audit of each account, as actor and as target, and which accounts were deleted: their names may live on in others.
func (r *run) directoryAudits() []*ask {
	var out []*ask
	add := func(source string, of *Account, filter string, follow func([]json.RawMessage) []*ask) {
		a := r.log(source, of, "", keptSignIns)
		a.ways = []way{report("list-directory-audits", "activityDateTime", filter, 1000)}
		a.follow = follow
		out = append(out, a)
	}
	for _, of := range r.accounts {
		if of.Opened {
			continue
		}
		add("directory-audits/target", of, "targetResources/any(t: t/id eq "+literal(of.ID)+") and ", func(rows []json.RawMessage) []*ask {
			r.formerNames(of, rows)
			return nil
		})
		add("directory-audits/actor", of, "initiatedBy/user/id eq "+literal(of.ID)+" and ", nil)
	}
	if r.in.Depth != Quick {
		add("directory-audits/deletions", nil, "activityDisplayName eq 'Delete user' and ", func(rows []json.RawMessage) []*ask {
			r.deletedBefore(rows)
			return nil
		})
	}
	return out
}

// A directoryAudit is as much of Graph's record as names are learnt from.
type directoryAudit struct {
	TargetResources []struct {
		ID                 string `json:"id"`
		UserPrincipalName  string `json:"userPrincipalName"`
		ModifiedProperties []struct {
			DisplayName string `json:"displayName"`
			OldValue    string `json:"oldValue"`
		} `json:"modifiedProperties"`
	} `json:"targetResources"`
}

// formerNames learns which user principal names the account had before.
func (r *run) formerNames(of *Account, rows []json.RawMessage) {
	for _, row := range rows {
		var d directoryAudit
		if json.Unmarshal(row, &d) != nil {
			continue
		}
		for _, t := range d.TargetResources {
			for _, p := range t.ModifiedProperties {
				if p.DisplayName == "UserPrincipalName" && strings.EqualFold(t.ID, of.ID) {
					r.addFormer(of, quotedTexts(p.OldValue))
				}
			}
		}
	}
}

func (r *run) addFormer(of *Account, names []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range names {
		if strings.Contains(n, "@") && !strings.EqualFold(n, of.UPN) && !slices.ContainsFunc(of.Former, func(f string) bool { return strings.EqualFold(f, n) }) {
			of.Former = append(of.Former, n)
			slices.Sort(of.Former)
		}
	}
}

// quotedTexts are the texts in a value, which is JSON in a string or plain.
func quotedTexts(s string) []string {
	var list []string
	var one string
	switch {
	case json.Unmarshal([]byte(s), &list) == nil:
		return list
	case json.Unmarshal([]byte(s), &one) == nil:
		return []string{one}
	case s != "":
		return []string{s}
	}
	return nil
}

// deletedBefore learns which deleted objects had an account's name. A deleted user's name begins with its object ID without dashes.
func (r *run) deletedBefore(rows []json.RawMessage) {
	for _, row := range rows {
		var d directoryAudit
		if json.Unmarshal(row, &d) != nil {
			continue
		}
		for _, t := range d.TargetResources {
			id := strings.ToLower(t.ID)
			name := strings.TrimPrefix(strings.ToLower(t.UserPrincipalName), strings.ReplaceAll(id, "-", ""))
			r.mu.Lock()
			for _, a := range r.accounts {
				if id != "" && id != a.ID && slices.ContainsFunc(a.names(), func(n string) bool { return strings.EqualFold(n, name) }) && !slices.Contains(a.Earlier, id) {
					a.Earlier = append(a.Earlier, id)
					slices.Sort(a.Earlier)
				}
			}
			r.mu.Unlock()
		}
	}
}
