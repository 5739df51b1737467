package collect

import "encoding/json"

// mailFlow reads the tenant's own ways of turning mail aside.
func (r *run) mailFlow() []*ask {
	unlimited := map[string]any{"ResultSize": "Unlimited"}
	policy := func(name string) *ask {
		return present("mail-flow/outbound-policy", nil, name, cmdlet("exchange:Get-HostedOutboundSpamFilterPolicy", nil, map[string]any{"Identity": name}))
	}
	// A policy of one's own that lets mail be forwarded applies where a rule says so.
	rules := present("mail-flow/settings", nil, "outbound rules", cmdlet("exchange:Get-HostedOutboundSpamFilterRule", nil, nil))
	rules.follow = func(rows []json.RawMessage) []*ask {
		var out []*ask
		for _, row := range rows {
			if name := text(row, "HostedOutboundSpamFilterPolicy"); name != "" {
				x := policy(name)
				x.absent = "the policy is gone"
				out = append(out, x)
			}
		}
		return out
	}
	return []*ask{
		present("mail-flow/transport-rules", nil, "", cmdlet("exchange:Get-TransportRule", nil, unlimited)),
		present("mail-flow/connectors", nil, "inbound", cmdlet("exchange:Get-InboundConnector", nil, unlimited)),
		present("mail-flow/connectors", nil, "outbound", cmdlet("exchange:Get-OutboundConnector", nil, unlimited)),
		present("mail-flow/journal-rules", nil, "", cmdlet("exchange:Get-JournalRule", nil, nil)),
		present("mail-flow/remote-domains", nil, "", cmdlet("exchange:Get-RemoteDomain", nil, unlimited)),
		policy("Default"),
		rules,
		present("mail-flow/settings", nil, "domains", cmdlet("exchange:Get-AcceptedDomain", nil, unlimited)),
		present("mail-flow/settings", nil, "transport", cmdlet("exchange:Get-TransportConfig", nil, nil)),
	}
}
