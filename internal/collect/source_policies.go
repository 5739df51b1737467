package collect

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
	return []*ask{
		present("domains", nil, "", graph("list-domains", nil, nil)),
		present("domains", nil, "organization", graph("get-organization", nil, nil)),
	}
}
