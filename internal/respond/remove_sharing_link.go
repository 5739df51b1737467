package respond

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"

	"evict"
	"evict/internal/m365"
)

// RemoveSharingLink takes the links away with which anybody opens a file. The
// object's ID is the file's address, as the audit log has it.
var RemoveSharingLink = &Action{
	ID: "remove-sharing-link", Rev: 1, Phase: evict.Evict,
	Title: "Remove the file's links for anybody",
	Doc: `Links that need no sign-in stop working at once; what was downloaded is gone. Links for colleagues and rights of named people stay: look at them in Manage access.
By hand: OneDrive or SharePoint in the browser, the file, Manage access, Links, the link, Remove.`,
	Shell:   "Get-PnPFileSharingLink -Identity {id} | Where-Object { $_.Link.Scope -eq 'anonymous' } # then Remove-PnPFileSharingLink of each",
	NoUndo:  "a link that is made again has another address",
	Noticed: []string{"whoever has the link"},
	Ops:     []string{"get-shared-item", "list-item-permissions", "delete-item-permission"},
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		var item struct {
			ID              string
			ParentReference struct{ DriveID string }
		}
		call := m365.Call{Op: "get-shared-item", Args: map[string]string{"share": sharingToken(s.Target.ID)}, Query: url.Values{"$select": {"id,parentReference"}}}
		err := fetch(ctx, r, call, &item)
		if missing(err) {
			return null, nil
		}
		if err != nil {
			return nil, err
		}
		if item.ID == "" || item.ParentReference.DriveID == "" {
			return nil, ErrShape
		}
		list, err := rows(ctx, r, m365.Call{Op: "list-item-permissions", Args: map[string]string{"drive": item.ParentReference.DriveID, "item": item.ID}})
		if err != nil {
			return nil, err
		}
		links := []string{}
		for _, p := range list {
			if link, ok := p["link"].(row); ok && text(link, "scope") == "anonymous" && p["inheritedFrom"] == nil {
				links = append(links, text(p, "id")) // never its address: whoever reads the plan could open it
			}
		}
		return state(row{"id": item.ParentReference.DriveID + "/" + item.ID, "links": sorted(links)}), nil
	},
	Plan: func(before, _ json.RawMessage) (json.RawMessage, error) {
		after := decoded(before)
		if links, _ := after["links"].([]any); len(links) == 0 {
			return nil, ErrAlready
		}
		after["links"] = []string{}
		return state(after), nil
	},
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		before := decoded(s.Before)
		drive, item, _ := strings.Cut(text(before, "id"), "/")
		links, _ := before["links"].([]any)
		for _, id := range links {
			link, _ := id.(string)
			_, err := w.Write(ctx, m365.Call{Op: "delete-item-permission", Args: map[string]string{"drive": drive, "item": item, "permission": link}})
			if err := goneAlready(err); err != nil {
				return err
			}
		}
		return nil
	},
	Repeatable: true,
}

// sharingToken is a file's address as Graph takes it. Source: shares-get.
func sharingToken(address string) string {
	return "u!" + strings.TrimRight(base64.URLEncoding.EncodeToString([]byte(address)), "=")
}
