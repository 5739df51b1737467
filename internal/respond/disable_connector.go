package respond

import (
	"context"
	"encoding/json"

	"evict"
)

// Kinds of a connector's object.
const (
	inboundConnector  = "inbound-connector"
	outboundConnector = "outbound-connector"
)

// DisableConnector switches a mail flow connector off.
var DisableConnector = &Action{
	ID: "disable-connector", Rev: 1, Phase: evict.Evict,
	Title: "Disable the mail flow connector",
	Doc: `Mail no longer enters or leaves through it; who uses it properly is shown with the plan.
By hand: Exchange admin center, Mail flow, Connectors.`,
	Shell:   "Set-InboundConnector -Identity {id} -Enabled $false # an outbound one: Set-OutboundConnector",
	Noticed: []string{"everybody whose mail passes the connector; partners"},
	Undo:    "the connector is enabled again", Minutes: 60,
	Ops: []string{"exchange:Get-InboundConnector", "exchange:Set-InboundConnector", "exchange:Get-OutboundConnector", "exchange:Set-OutboundConnector"},
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		return named(ctx, r, "Get-"+connector(s.Target), s.Target, "Enabled")
	},
	Plan: fixed(row{"Enabled": false}),
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		after := decoded(s.After)
		after["Identity"] = s.Target.ID
		_, err := w.Write(ctx, cmdlet("Set-"+connector(s.Target), after))
		return err
	},
	Repeatable: true,
}

func connector(o evict.Object) string {
	if o.Kind == outboundConnector {
		return "OutboundConnector"
	}
	return "InboundConnector"
}

// named reads properties of the tenant's object that the target names.
func named(ctx context.Context, r Reader, get string, o evict.Object, properties ...string) (json.RawMessage, error) {
	found, err := single(ctx, r, cmdlet(get, map[string]any{"Identity": o.ID}))
	if err != nil || found == nil {
		return null, err
	}
	picked, err := pick(get, found, properties...)
	if err != nil {
		return nil, err
	}
	return state(picked), nil
}
