package simtest_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"evict/internal/m365"
	"evict/internal/simtenant"
)

// TestFeed: the client reads the activity feed of a day, page by page and blob
// by blob, and has every record.
func TestFeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 2000
		log := make([]simtenant.Record, 0, n)
		for i := range n {
			r := capAudit(i, capNow.Add(time.Duration(i)*30*time.Second))
			r.Body = []byte(strings.Replace(string(capAuditBody), "{", `{"Id":"`+r.ID+`",`, 1))
			log = append(log, r)
		}
		s := newSite(t, &simtenant.World{ID: capTenant, Name: "Contoso", Domain: "contoso.example", Initial: "contoso.onmicrosoft.example", Now: capNow, Log: log})
		s.tenant.Look(func(w *simtenant.World) {
			w.Clients[0].Permissions = append(w.Clients[0].Permissions, "ActivityFeed.Read")
		})
		kind := url.Values{"contentType": {"Audit.SharePoint"}}
		if _, err := s.client.Request(t.Context(), m365.Call{Op: "start-subscription", Query: kind}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Hour)
		got := map[string]bool{}
		window := url.Values{"contentType": kind["contentType"], "startTime": {"2026-11-20T06:00:00"}, "endTime": {"2026-11-21T06:00:00"}}
		pages := 0
		for call := (m365.Call{Op: "list-content", Query: window}); ; pages++ {
			page, err := s.client.Reader().Do(t.Context(), call)
			if err != nil {
				t.Fatal(err)
			}
			var blobs []struct {
				ID string `json:"contentId"`
			}
			if err := json.Unmarshal(page.Body, &blobs); err != nil {
				t.Fatal(err)
			}
			for _, b := range blobs {
				content, err := s.client.Reader().Do(t.Context(), m365.Call{Op: "get-content", Args: map[string]string{"id": b.ID}})
				if err != nil {
					t.Fatal(err)
				}
				var records []struct{ ID string }
				if err := json.Unmarshal(content.Body, &records); err != nil {
					t.Fatal(err)
				}
				for _, r := range records {
					got[r.ID] = true
				}
			}
			if call.Next = page.Next; call.Next == "" {
				break
			}
		}
		if len(got) != n || pages == 0 {
			t.Errorf("%d of %d records, %d further pages", len(got), n, pages)
		}
	})
}
