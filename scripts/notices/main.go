// Command notices writes THIRD_PARTY_NOTICES.md: the modules that the binary is
// made of, with the licence that each carries. With -check it only says whether
// the file is true.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"

	"evict/scripts/modules"
)

const file = "THIRD_PARTY_NOTICES.md"

func main() {
	check := flag.Bool("check", false, "change nothing; fail when the file is not true")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(check bool) error {
	mods, err := modules.Of("./cmd/evict", modules.Platforms)
	if err != nil {
		return err
	}
	want := notices(mods)
	if !check {
		return os.WriteFile(file, want, 0o644)
	}
	got, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("%s is not what the binary is made of\nhint: make docs", file)
	}
	return nil
}

// notices does not name the version of Go, which is the builder's.
func notices(mods []modules.Module) []byte {
	var b bytes.Buffer
	b.WriteString("# Third-party notices\n\n")
	b.WriteString("Written by `make docs` from what `go list` links into `evict` on any of its platforms.\n\n")
	b.WriteString("| module | version | licence |\n|---|---|---|\n")
	for _, m := range mods {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", name(m), version(m), m.Licence)
	}
	for _, m := range mods {
		fmt.Fprintf(&b, "\n## %s\n\n```\n%s\n```\n", name(m), m.Text)
	}
	return b.Bytes()
}

func name(m modules.Module) string {
	if m.Path == "std" {
		return "Go standard library"
	}
	return m.Path
}

func version(m modules.Module) string {
	if m.Path == "std" {
		return "the builder's"
	}
	return m.Version
}
