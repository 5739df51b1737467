package main

import (
	"bytes"
	"fmt"

	"evict/internal/app"
)

const simulatorIntro = `# The training range

Written by ` + "`make docs`" + ` from the lists of scenarios and export formats.

` + "`evict sim`" + ` makes a tenant with people, their everyday life and an attack in it, and serves it to this machine alone as Microsoft's services would.
Two terminals are enough to learn the whole way from suspicion to verdict, and nobody's tenant is touched:

` + "```" + `
evict sim --scenario consent         # terminal 1: prints the commands for terminal 2
` + "```" + `

` + "```" + `
evict tenant add sim --tenant … --client … --secret file:… --simulator 127.0.0.1:… --authority …
evict collect --account els.evers@contoso.example --case sim-case
evict investigate --case sim-case
evict tenant remove sim
` + "```" + `

Collecting goes through the code that talks to the real services: same requests, permissions and limits; only the address and the certificate differ. Searches of the audit log are answered at once; with ` + "`--waits`" + ` they take minutes, as Microsoft's do.
` + "`--seed`" + ` tells the same story of other people, ` + "`--users`" + ` and ` + "`--days`" + ` make the tenant larger.
Ctrl-C ends the tenant and removes its certificate and secrets; the case stays.

## Scenarios

| | name | story |
|---|---|---|
`

const simulatorOutro = `
Not every story has an attacker. The names of the accounts in the printed command are those that the story is about; what is right to say of them is for you, and evict, to find out.

## Exported files instead of a connection

` + "```" + `
evict sim export ./exports --scenario consent --format %s
evict investigate ./exports
` + "```" + `

writes the same tenant as files, as its administrator would have exported them, with a coverage.json that says what was asked for.

| format | what it is |
|---|---|
`

const simulatorEnd = `
## What it is, and what it is not

It answers by a table of its own, written from Microsoft's documentation: an unknown path, query option, body property, cmdlet or parameter is refused, and so is a call without the permission that it needs.
The table is held against Microsoft's published descriptions by a test. What the documentation leaves open may differ in a real tenant.
The registrations in it are the two of [permissions.md](permissions.md), with the least permissions that are named there.

Names are fictional, domains end in .example, addresses come from ranges that are reserved for documentation and benchmarks, apart from Microsoft's own.
`

// simulatorPage is the manual of the training range.
func simulatorPage() []byte {
	var b bytes.Buffer
	b.WriteString(simulatorIntro)
	for _, s := range app.Scenarios() {
		fmt.Fprintf(&b, "| %d | `%s` | %s |\n", s.Number, s.Name, cell(s.Story))
	}
	formats := app.ExportFormats()
	fmt.Fprintf(&b, simulatorOutro, formats[0].Name)
	for _, f := range formats {
		lossless := ""
		if f.Lossless {
			lossless = " (holds all that collecting live holds)"
		}
		fmt.Fprintf(&b, "| `%s` | %s%s |\n", f.Name, cell(f.Doc), lossless)
	}
	b.WriteString(simulatorEnd)
	return b.Bytes()
}
