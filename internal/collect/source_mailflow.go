package collect

// mailFlow reads the tenant's own ways of turning mail aside.
func (r *run) mailFlow() []*ask {
	unlimited := map[string]any{"ResultSize": "Unlimited"}
	return []*ask{
		present("mail-flow/transport-rules", nil, "", cmdlet("exchange:Get-TransportRule", nil, unlimited)),
		present("mail-flow/connectors", nil, "inbound", cmdlet("exchange:Get-InboundConnector", nil, unlimited)),
		present("mail-flow/connectors", nil, "outbound", cmdlet("exchange:Get-OutboundConnector", nil, unlimited)),
		present("mail-flow/journal-rules", nil, "", cmdlet("exchange:Get-JournalRule", nil, nil)),
		present("mail-flow/remote-domains", nil, "", cmdlet("exchange:Get-RemoteDomain", nil, unlimited)),
		present("mail-flow/outbound-policy", nil, "", cmdlet("exchange:Get-HostedOutboundSpamFilterPolicy", nil, map[string]any{"Identity": "Default"})),
		present("mail-flow/settings", nil, "domains", cmdlet("exchange:Get-AcceptedDomain", nil, unlimited)),
		present("mail-flow/settings", nil, "transport", cmdlet("exchange:Get-TransportConfig", nil, nil)),
	}
}
