package respond

import (
	"context"
	"encoding/json"
	"fmt"

	"evict"
)

// Kinds of what decides whether mail may be forwarded outside by itself. The
// object's ID is the policy's or the remote domain's name.
const (
	outboundPolicy = "outbound-spam-policy"
	remoteDomain   = "remote-domain"
)

var outboundSwitches = map[string]struct{ get, set, name string }{
	outboundPolicy: {"Get-HostedOutboundSpamFilterPolicy", "Set-HostedOutboundSpamFilterPolicy", "AutoForwardingMode"},
	remoteDomain:   {"Get-RemoteDomain", "Set-RemoteDomain", "AutoForwardEnabled"},
}

// RestoreOutboundPolicy takes the permission to forward mail outside away again.
var RestoreOutboundPolicy = &Action{
	ID: "restore-outbound-policy", Rev: 1, Phase: evict.Evict, Procedure: []string{"R2"},
	Title: "Restore the policy of automatic forwarding",
	Doc: `Sets whether mail may be forwarded outside by itself as it was before: of an outbound spam policy (Automatic acts as Off), or of a remote domain. Others may
depend on forwarding: the plan shows who.
By hand: Microsoft Defender portal, Policies & rules, Threat policies, Anti-spam, the outbound policy, Automatic forwarding; a remote domain: Exchange admin center, Mail flow, Remote domains.`,
	Shell:   "Set-HostedOutboundSpamFilterPolicy -Identity {id} -AutoForwardingMode Automatic # a remote domain: Set-RemoteDomain -Identity {id} -AutoForwardEnabled $false",
	Undo:    "the value that was found is set again",
	Noticed: []string{"everybody whose mail was forwarded outside by itself"},
	Minutes: 60,
	Ops:     []string{"exchange:Get-HostedOutboundSpamFilterPolicy", "exchange:Set-HostedOutboundSpamFilterPolicy", "exchange:Get-RemoteDomain", "exchange:Set-RemoteDomain"},
	Inspect: func(ctx context.Context, r Reader, s evict.Step) (json.RawMessage, error) {
		a, ok := outboundSwitches[s.Target.Kind]
		if !ok {
			return nil, fmt.Errorf("no policy of the kind %q decides about forwarding", s.Target.Kind)
		}
		return named(ctx, r, a.get, s.Target, a.name)
	},
	Wants: "AutoForwardingMode or AutoForwardEnabled from before first trouble, by that name",
	Plan:  restored,
	Apply: func(ctx context.Context, w Writer, s evict.Step) error {
		params := decoded(s.After)
		params["Identity"] = s.Target.ID
		_, err := w.Write(ctx, cmdlet(outboundSwitches[s.Target.Kind].set, params))
		return err
	},
	Repeatable: true,
}
