package collect

import (
	"time"

	"evict/internal/m365"
)

// keptRisk is how long Entra keeps risk detections under P2 (learn.microsoft.com/entra: "Microsoft Entra data retention").
const keptRisk = 90 * 24 * time.Hour

// risk reads what Identity Protection says of each account. One request a second, for the whole tenant and everybody in it.
func (r *run) risk() []*ask {
	var out []*ask
	for _, a := range r.accounts {
		user := present("risk/user", a, "", graph("get-risky-user", a.arg(), nil))
		user.absent = "the account was never at risk"
		history := present("risk/history", a, "", graph("list-risk-history", a.arg(), nil))
		history.absent = user.absent
		detections := present("risk/detections", a, "", graph("list-risk-detections", nil, options("$filter", "userId eq "+literal(a.ID), "$top", "500")))
		detections.ways[0].parse = func(resp *m365.Response) (*page, error) { return pageOf(resp, true) }
		for _, x := range []*ask{user, history, detections} {
			x.ways[0].name = x.ways[0].ops[0]
			out = append(out, x)
		}
	}
	return out
}
