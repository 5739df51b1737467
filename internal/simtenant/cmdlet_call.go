package simtenant

import (
	"encoding/json"
	"slices"
)

// cmdlet answers a call of the Exchange and compliance endpoints: the token here,
// all else by exchangeService.
func (c *call) cmdlet() reply {
	if err := c.enter(c.service); err != nil {
		return c.refuseCmdlet(err)
	}
	if !c.by.Delegated && !slices.Contains(c.by.Permissions, "Exchange.ManageAsApp") {
		return c.refuseCmdlet(&graphError{403, "Forbidden", "The application has no Exchange.ManageAsApp."})
	}
	if c.by.Delegated && !slices.ContainsFunc(c.by.Permissions, func(p string) bool { return p == "AdminApi.AccessAsUser.All" || p == "Exchange.Manage" }) {
		return c.refuseCmdlet(&graphError{403, "Forbidden", "The token has no scope for administration."})
	}
	return c.locked(func() reply {
		purview := c.service == complianceService
		out, touched := c.t.exchange.answer(c.world, exchangeRequest{Request: c.http, Content: c.content, By: c.operator(purview), Purview: purview, Discovered: c.discovered, Now: c.now})
		c.touched = append(c.touched, touched...)
		if out.Header.Get("Request-Id") == "" {
			out.Header.Set("Request-Id", c.id)
		}
		return out
	})
}

// refuseCmdlet is a refusal in front of the endpoints.
func (c *call) refuseCmdlet(err error) reply {
	e := asGraphError(err)
	h := c.headers()
	if e.Status == 401 {
		h.Set("WWW-Authenticate", `Bearer client_id="00000002-0000-0ff1-ce00-000000000000", error="invalid_token"`)
	}
	return reply{e.Status, h, mustJSON(Object{"error": Object{"code": e.Code, "message": e.Message}})}
}

// cmdletName is the cmdlet that a body runs, "" for none.
func cmdletName(body []byte) string {
	var in cmdletInput
	if json.Unmarshal(body, &in) != nil || in.CmdletInput == nil {
		return ""
	}
	return in.CmdletInput.CmdletName
}
