package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"evict/internal/m365"
)

// renamed says which accounts of the plan have another name by now: steps go by the object ID and so reach whom the plan
// means, and what they print goes by the name, which may be somebody else's by now. It runs beside the steps, which wait
// for nothing; each is told as soon as it is known.
func (s *session) renamed(ctx context.Context, tell func(string)) []string {
	accounts := s.plan.Plan().Accounts
	said := make([]string, len(accounts))
	var all sync.WaitGroup
	for i, a := range accounts {
		if a.Account == "" || !strings.Contains(a.Name, "@") {
			continue
		}
		all.Go(func() {
			resp, err := s.runner.Reader.Do(ctx, m365.Call{Op: "get-user", Args: map[string]string{"id": a.Account}, Query: url.Values{"$select": {"id,userPrincipalName"}}})
			var now struct {
				UPN string `json:"userPrincipalName"`
			}
			if err != nil || json.Unmarshal(resp.Body, &now) != nil || now.UPN == "" || strings.EqualFold(now.UPN, a.Name) {
				return // one that can't be read is told of by its steps
			}
			said[i] = fmt.Sprintf("%s of the plan is called %s now (object %s): that account is the one that is changed, and a new password is its. Whoever has the name %s now is not touched", a.Name, now.UPN, a.Account, a.Name)
			tell(said[i])
		})
	}
	all.Wait()
	var out []string
	for _, x := range said {
		if x != "" {
			out = append(out, x)
		}
	}
	return out
}
