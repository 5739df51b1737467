package respond

import (
	"context"
	"encoding/json"

	"evict"
	"evict/internal/m365"
)

// cmdlet is a call of an Exchange cmdlet bound to the mailbox of an account.
func cmdlet(name string, params map[string]any) m365.Call {
	return m365.Call{Op: "exchange:" + name, Params: params}
}

// mailboxState reads properties of the one object that a cmdlet returns for the account.
func mailboxState(ctx context.Context, r Reader, name string, o evict.Object, properties ...string) (json.RawMessage, error) {
	m, err := single(ctx, r, cmdlet(name, map[string]any{"Identity": o.Account}))
	if err != nil {
		return nil, err
	}
	if m == nil {
		return null, nil
	}
	picked, err := pick(name, m, properties...)
	if err != nil {
		return nil, err
	}
	return state(picked), nil
}

// setMailbox writes the state's properties with a cmdlet.
func setMailbox(name string) func(context.Context, Writer, evict.Step) error {
	return func(ctx context.Context, w Writer, s evict.Step) error {
		var after row
		if err := decode(name, s.After, &after); err != nil {
			return err
		}
		after["Identity"] = s.Target.Account
		_, err := w.Write(ctx, cmdlet(name, after))
		return err
	}
}

// fixed plans one state, whatever the object looks like now.
func fixed(after row) func(before, want json.RawMessage) (json.RawMessage, error) {
	return func(before, _ json.RawMessage) (json.RawMessage, error) {
		if same(before, null) || same(before, state(after)) {
			return nil, ErrAlready
		}
		return state(after), nil
	}
}

// restored plans the value from before first trouble: what is known of it; what
// is not stays as it is. Without any nothing is proposed: a guess would be one more
// unusual change.
func restored(before, want json.RawMessage) (json.RawMessage, error) {
	now, old := decoded(before), decoded(want)
	if len(old) == 0 {
		return nil, errNoOldValue
	}
	if now == nil {
		return nil, ErrAlready
	}
	for name, value := range old {
		if _, ours := now[name]; ours {
			now[name] = value
		}
	}
	if same(before, state(now)) {
		return nil, ErrAlready
	}
	return state(now), nil
}
