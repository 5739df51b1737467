package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"evict"
	"evict/internal/app"
	"evict/internal/report"
	"evict/internal/ui"
	"evict/internal/verdict"

	"github.com/spf13/cobra"
)

func askCommand(out *ui.Streams, outcome *ui.Outcome) *cobra.Command {
	var f investigateFlags
	c := &cobra.Command{
		Use:   "ask [PATH...]",
		Short: "Print at most seven questions per account for its owner, to read out on the telephone",
		Long: `Prints, per account, at most seven factual questions for the owner: a time, a
place, an application, a device, a rule. Call on a number known from before the
trouble; never ask by mail. Record the answers with 'evict answer'.

  evict ask ./exports --account dana@contoso.com
  evict ask --case ./case`,
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.prepareEvidence(args); err != nil {
				return err
			}
			inv, err := f.run(c.Context(), out)
			if err != nil {
				return err
			}
			if flag(c, "json") {
				return json.NewEncoder(out.Out).Encode(questionsOf(inv))
			}
			return report.Questions(out.Out, inv, out.TextOptions())
		},
	}
	f.evidence(c)
	return c
}

type questionsDocument struct {
	Schema   string             `json:"schema"`
	Accounts []accountQuestions `json:"accounts"`
}

type accountQuestions struct {
	Account   string           `json:"account"`
	Questions []evict.Question `json:"questions"`
}

func questionsOf(inv *evict.Investigation) questionsDocument {
	d := questionsDocument{Schema: "evict.questions/v1", Accounts: []accountQuestions{}}
	for _, a := range inv.Accounts {
		if len(a.Questions) > 0 {
			d.Accounts = append(d.Accounts, accountQuestions{a.Account, a.Questions})
		}
	}
	return d
}

func answerCommand(out *ui.Streams, outcome *ui.Outcome) *cobra.Command {
	var f investigateFlags
	var by, whom, how, at, overrule string
	c := &cobra.Command{
		Use:   "answer QUESTION yes|no [PATH...] --answers FILE",
		Short: "Record what the owner said, and judge again",
		Long: `Records an answer to one question of 'evict ask' in the file of answers (who
asked whom, when and how; lines are only ever added), and prints the verdict
computed again. "yes" means: that was me.

  evict answer 3f9a1c yes ./exports --answers answers.jsonl \
      --account dana@contoso.com --by "A. Sharma" --whom "Dana Osei" --how "telephone, number from HR"

With --overrule VERDICT instead of a question and answer, an operator's own view
is kept beside the computed verdict; it never replaces it.`,
		RunE: func(c *cobra.Command, args []string) error {
			e, args, err := f.answer(args, by, whom, how, at, overrule)
			if err != nil {
				return err
			}
			if err := f.prepareEvidence(args); err != nil {
				return err
			}
			if e.Overrule == nil {
				if err := f.asked(c, out, e.Account, e.Question); err != nil {
					return err
				}
			}
			if err := app.RecordAnswer(f.options.Answers, e); err != nil {
				return err
			}
			inv, err := f.run(c.Context(), out)
			if err != nil {
				return err
			}
			outcome.Judge(inv, flag(c, "detailed-exitcode"))
			return f.print(out, c, inv)
		},
	}
	f.evidence(c)
	fl := c.Flags()
	fl.StringVar(&by, "by", "", "who asked")
	fl.StringVar(&whom, "whom", "", "who answered")
	fl.StringVar(&how, "how", "", "how they were reached, and on which number")
	fl.StringVar(&at, "at", "", "when (RFC 3339; default: now)")
	fl.StringVar(&overrule, "overrule", "", "an operator's own verdict, kept beside the computed one; needs --note")
	return c
}

// answer reads one answer or overrule from the command line, and returns the
// arguments that remain: the evidence.
func (f *investigateFlags) answer(args []string, by, whom, how, at, overrule string) (app.AnswerEntry, []string, error) {
	var e app.AnswerEntry
	if len(f.options.Accounts) != 1 || by == "" || f.options.Answers == "" {
		return e, nil, fmt.Errorf("%w: one --account, --by and --answers are needed", errUsage)
	}
	e.Account = f.options.Accounts[0]
	when := evict.At(time.Now(), evict.Second)
	if at != "" {
		t, err := time.Parse(time.RFC3339, at)
		if err != nil {
			return e, nil, fmt.Errorf("%w: --at: %q is not a time such as 2026-11-20T21:00:00Z", errUsage, at)
		}
		when = evict.At(t, evict.Second)
	}
	if overrule != "" {
		e.Overrule = &evict.Overrule{By: by, At: when, Verdict: evict.Verdict(overrule), Note: f.note}
		switch e.Overrule.Verdict {
		case evict.Compromised, evict.Suspected, evict.Clear, evict.Unknown:
		default:
			return e, nil, fmt.Errorf("%w: --overrule is compromised, suspected, clear or unknown", errUsage)
		}
		if f.note == "" {
			return e, nil, fmt.Errorf("%w: --overrule needs a --note that says why", errUsage)
		}
		return e, args, nil
	}
	if len(args) < 2 {
		return e, nil, fmt.Errorf("%w: answer takes a question, yes or no, and the evidence", errUsage)
	}
	word := strings.ToLower(args[1])
	if word != "yes" && word != "no" {
		return e, nil, fmt.Errorf("%w: the answer is yes (that was me) or no, not %q", errUsage, args[1])
	}
	if whom == "" || how == "" {
		return e, nil, fmt.Errorf("%w: say --whom was asked and --how (telephone, in person)", errUsage)
	}
	e.Answer = verdict.Answer{Question: args[0], Mine: word == "yes", By: by, Whom: whom, How: how, At: when, Note: f.note}
	return e, args[2:], nil
}

// asked refuses an answer to a question that this evidence does not ask.
func (f *investigateFlags) asked(c *cobra.Command, out *ui.Streams, account, question string) error {
	inv, err := f.run(c.Context(), out)
	if err != nil {
		return err
	}
	for _, a := range inv.Accounts {
		for _, q := range a.Questions {
			if q.ID == question {
				return nil
			}
		}
	}
	return fmt.Errorf("%w: %q is no question about %s; 'evict ask' prints them with their IDs", errUsage, question, account)
}
