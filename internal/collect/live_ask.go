package collect

import (
	"fmt"
	"net/url"
	"strings"

	"evict/internal/m365"
)

// graph is the way through one Graph call that lists or shows something present.
func graph(op string, args map[string]string, query url.Values) way {
	return way{
		ops: []string{op},
		call: func(*span, int) m365.Call {
			return m365.Call{Op: op, Args: args, Query: query, Lane: m365.Configuration}
		},
		parse: func(r *m365.Response) (*page, error) { return pageOf(r, false) },
	}
}

// cmdlet is the way through one cmdlet. A mailbox's cmdlets are sent to where that mailbox is.
func cmdlet(op string, of *Account, params map[string]any) way {
	anchor := ""
	if of != nil && of.UPN != "" {
		anchor = "UPN:" + of.UPN
	}
	return way{
		ops: []string{op},
		call: func(*span, int) m365.Call {
			return m365.Call{Op: op, Params: params, Anchor: anchor, Lane: m365.Configuration}
		},
		parse: func(r *m365.Response) (*page, error) { return pageOf(r, false) },
	}
}

// present is an ask for a present state.
func present(source string, of *Account, what string, ways ...way) *ask {
	return &ask{source: source, account: of, what: what, ways: ways}
}

// id is the argument of calls on one user.
func (a *Account) arg() map[string]string { return map[string]string{"id": a.ID} }

// options are query options: name and value in turn.
func options(pairs ...string) url.Values {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return q
}

// literal is a text as OData writes it.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// top is a page size: a second look cuts its pages elsewhere than the first.
func top(most, look int) string {
	if look%2 == 0 {
		most = most * 9 / 10
	}
	return fmt.Sprint(most)
}
