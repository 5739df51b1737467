package respond

import (
	"fmt"

	"evict"
)

// CallAboutMoney are the calls that can't wait.
var CallAboutMoney = &Action{
	ID: "call-about-money", Rev: 1, Phase: evict.Contain, Procedure: []string{"R7"},
	Title: "Call about money, now",
	Doc: `The own bank (recall), the payer and payroll, by telephone, on numbers from before first trouble: the numbers in recent mail may be the attacker's. A recall is a
matter of hours; the fraud goes on outside the tenant after he is out of it.
By hand: telephone; then the police, with the bank's reference.`,
	NoUndo:  "a call can't be taken back",
	Noticed: []string{"the bank, the payer, payroll"},
	Wants:   `{"calls":[{"who","number","why"}]}; number from before first trouble, or left out`,
	Plan:    notedList("calls"),
	Instruct: func(s evict.Step) []string {
		out := []string{"Call now; use no number, link or address from mail of the last weeks."}
		for i, c := range entries(s, "calls") {
			call := fmt.Sprintf("%d. %s, on %s", i+1, said(c, "who", "unknown"), said(c, "number", "a number from the contract or the bank card"))
			if why := said(c, "why", ""); why != "" {
				call += ": " + why
			}
			out = append(out, call)
		}
		return append(out, "Own bank: ask for a recall of the payment and for its reference. Payer: nothing to be paid to changed details. Payroll: account details changed since first trouble.")
	},
	Confirm: Question{"Was everybody on the list reached?", "who called whom, when, on which number, and the bank's reference"},
}
