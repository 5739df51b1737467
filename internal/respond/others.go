package respond

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"evict"
	"evict/internal/gate"
	"evict/internal/m365"
)

// errLast means that nobody would be left who rules the tenant.
var errLast = fmt.Errorf("%w, guard %s", gate.ErrRefused, GuardLastAdmin)

// othersNow looks, in one round of reads, whether another administrator is there who can sign in, where the step takes
// one out: between a plan and its approval they may have gone. It tells why the step must not be sent; "" when it may.
func (w *worker) othersNow() <-chan string {
	out := make(chan string, 1)
	if len(w.s.Others) == 0 {
		out <- ""
		return out
	}
	go func() { out <- lastNow(w.stop, w.Reader, w.s.Others) }()
	return out
}

// lastNow says why none of the others can be relied on; "" when one rules the tenant and can sign in.
func lastNow(ctx context.Context, r Reader, others []evict.Object) string {
	holders, able := map[string]bool{}, make([]bool, len(others))
	errs := make([]error, len(others)+1)
	parallel(len(others)+1, func(i int) {
		if i == len(others) {
			errs[i] = readHolders(ctx, r, holders)
			return
		}
		able[i], errs[i] = canSignIn(ctx, r, others[i])
	})
	var failed error
	for i, o := range others {
		holder := o.Account
		if o.ID != "" {
			holder = o.ID
		}
		if able[i] && holders[holder] {
			return ""
		}
		if errs[i] != nil {
			failed = errs[i]
		}
	}
	if err := errs[len(others)]; err != nil {
		failed = err
	}
	if failed != nil {
		return fmt.Sprintf("whether another Global Administrator is left who can sign in could not be read (%v), so it may be the last one", failed)
	}
	return "since the plan was made, every other Global Administrator was blocked or lost the role: it is the last one who can sign in. Make a second one first, and plan again"
}

// readHolders reads who is Global Administrator now, groups too.
func readHolders(ctx context.Context, r Reader, into map[string]bool) error {
	list, err := rows(ctx, r, m365.Call{Op: "list-role-assignments", Query: url.Values{"$expand": {"roleDefinition"}}})
	for _, x := range list {
		if _, template := definition(x); template == globalAdministrator {
			into[strings.ToLower(text(x, "principalId"))] = true
		}
	}
	return err
}

// canSignIn reports whether an account is enabled; of one that rules through a group, whether it is still a member.
func canSignIn(ctx context.Context, r Reader, o evict.Object) (bool, error) {
	if o.ID == "" {
		var u row
		err := fetch(ctx, r, m365.Call{Op: "get-user", Args: user(o.Account), Query: selecting("accountEnabled")}, &u)
		if missing(err) {
			err = nil
		}
		return u["accountEnabled"] == true, err
	}
	members, err := rows(ctx, r, m365.Call{Op: "list-group-members", Args: user(o.ID), Query: url.Values{"$select": {"id,accountEnabled"}}})
	for _, m := range members {
		if strings.EqualFold(text(m, "id"), o.Account) && m["accountEnabled"] == true {
			return true, err
		}
	}
	return false, err
}
