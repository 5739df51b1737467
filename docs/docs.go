// Package docs holds the pages that the program itself quotes.
package docs

import _ "embed"

// Rules is docs/rules.md: the rules of a verdict, with the numbers that code and answers cite.
//
//go:embed rules.md
var Rules string
