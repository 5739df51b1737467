package collect

// devices reads what is registered to an account, and what it owns.
func (r *run) devices(a *Account) []*ask {
	return []*ask{
		present("devices", a, "registered", graph("list-registered-devices", a.arg(), nil)),
		present("devices", a, "owned", graph("list-owned-devices", a.arg(), nil)),
	}
}
