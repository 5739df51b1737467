package collect

import "encoding/json"

// policies reads what the tenant asks of a sign-in, for the response: nothing of it convicts or clears an account.
func (r *run) policies() []*ask {
	var out []*ask
	for _, op := range []string{"list-conditional-access", "list-named-locations", "get-methods-policy", "get-authorization-policy", "get-security-defaults"} {
		out = append(out, present("policies", nil, op, graph(op, nil, nil)))
	}
	return out
}

// domains reads which domains sign in elsewhere: a federation that nobody knows is a door for anybody.
func (r *run) domains() []*ask {
	list := present("domains", nil, "", graph("list-domains", nil, nil))
	list.follow = func(rows []json.RawMessage) []*ask {
		var out []*ask
		for _, row := range rows {
			if id := text(row, "id"); text(row, "authenticationType") == "Federated" {
				x := present("domains", nil, "federation of "+id, graph("get-federation", map[string]string{"id": id}, nil))
				x.absent = "no federation is configured"
				out = append(out, x)
			}
		}
		return out
	}
	return []*ask{
		list,
		present("domains", nil, "organization", graph("get-organization", nil, nil)),
	}
}
