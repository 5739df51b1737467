package collect

// methods reads how an account proves who it is. Two of the calls exist in beta only; app passwords are in none.
func (r *run) methods(a *Account) []*ask {
	registration := present("methods/registration", a, "", graph("get-registration-details", a.arg(), nil))
	registration.absent = "no registration is reported for the account"
	return []*ask{
		present("methods", a, "", graph("list-methods", a.arg(), nil)),
		registration,
		present("methods/per-user", a, "requirements", graph("get-mfa-requirements", a.arg(), nil)),
		present("methods/per-user", a, "preferences", graph("get-sign-in-preferences", a.arg(), nil)),
	}
}
