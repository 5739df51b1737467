package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"evict/internal/app"
	"evict/internal/message"
	"evict/internal/report"
	"evict/internal/ui"

	"github.com/spf13/cobra"
)

// judgeMessage answers evict investigate --message.
func judgeMessage(out *ui.Streams, c *cobra.Command, f *investigateFlags) error {
	var r io.Reader = os.Stdin
	if f.message != "-" {
		file, err := os.Open(f.message)
		if err != nil {
			return err
		}
		defer file.Close()
		r = file
	}
	v, err := app.JudgeMessage(r, f.domains, f.correspondents)
	if err != nil {
		return err
	}
	if flag(c, "json") {
		return json.NewEncoder(out.Out).Encode(struct {
			Schema string `json:"schema"`
			message.MessageVerdict
		}{"evict.message/v1", v})
	}
	printMessage(out, v, len(f.domains) == 0)
	return nil
}

// messageWords says each outcome in a sentence.
var messageWords = map[message.Outcome]string{
	message.OwnAccount:    "Sent through our own account: the mailbox in From submitted it.",
	message.Colleague:     "Sent through another account of ours, under that name.",
	message.Application:   "Sent by a connector, scanner or service that may use our domain; no mailbox is shown.",
	message.Correspondent: "Sent by the correspondent's real domain: their account may be the one in other hands.",
	message.DirectSend:    "Handed to our mail servers from outside with our address, without signing in (Direct Send). The account did not send it.",
	message.Spoof:         "Bears an address whose domain did not send it. The account did not send it.",
	message.LookAlike:     "Sent from a domain that only looks like a known one.",
	message.Bounce:        "A report on another message, not a message of the account's own.",
	message.Outsider:      "Sent by somebody else's domain, unlike any that was named.",
	message.CannotTell:    "The headers do not show who sent it.",
}

func printMessage(out *ui.Streams, v message.MessageVerdict, noDomains bool) {
	o := out.TextOptions()
	fmt.Fprintln(out.Out, messageWords[v.Outcome])
	if v.Account != "" {
		fmt.Fprintf(out.Out, "Account: %s\n", report.Clean(v.Account))
	}
	if v.Imitates != "" {
		fmt.Fprintf(out.Out, "Passes itself off as: %s\n", report.Clean(v.Imitates))
	}
	fmt.Fprintln(out.Out, "\nHow it is known (headers that the sender could have written are marked *):")
	for _, r := range v.Reasons {
		names := ""
		for _, f := range r.Fields {
			names += " " + f.Name
			if f.Forgeable {
				names += "*"
			}
		}
		fmt.Fprintln(out.Out, report.Wrap("- "+r.Text+" ["+names[min(1, len(names)):]+"]", o.Width))
	}
	for _, w := range v.Warnings {
		fmt.Fprintln(out.Out, report.Wrap("! "+w, o.Width))
	}
	if noDomains {
		out.Note("no --domain was given: our own and look-alike domains cannot be told apart")
	}
}
