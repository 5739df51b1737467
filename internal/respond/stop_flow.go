package respond

import "evict"

// StopFlow switches a flow of Power Automate off, which no application can do.
var StopFlow = &Action{
	ID: "stop-flow", Rev: 1, Phase: evict.Evict,
	Title: "Switch the flow off",
	Doc: `A flow that an intruder made runs on after every reset, with the connections that it was given. No interface lets an application stop it.
By hand: Power Platform admin center, Environments, the environment, Resources, Flows, the flow, Turn off; then Connections: delete those of the account.`,
	Shell:   "Disable-AdminFlow -EnvironmentName (Get-AdminFlow {id}).EnvironmentName -FlowName {id}",
	Undo:    "the flow is switched on again, by a person",
	Noticed: []string{"whoever relies on what the flow does"},
	Plan:    noted,
	Instruct: lines(
		"Power Platform admin center (admin.powerplatform.microsoft.com), Environments, each environment, Resources, Flows: find {who}, or every flow whose owner is the account.",
		"Open each one made or changed since first trouble; note what it reads and where it sends; Turn off. Do not delete it: it is evidence.",
		"Power Automate of the account, Data, Connections: delete those that nobody honest made.",
	),
	Confirm: Question{"Is every flow that the attacker made or changed switched off?", "who did it and when, the names of the flows and what they did"},
}
