package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadme runs the commands of the README's tour and looks for what it
// prints: each line in the output, in order. A line of dots stands for what is
// left out.
func TestReadme(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for i, block := range strings.Split(string(text), "```") {
		command, rest, ok := strings.Cut(block, "\n")
		if ok && command == "" {
			command, rest, ok = strings.Cut(rest, "\n")
		}
		args, is := strings.CutPrefix(command, "$ evict ")
		if i%2 == 0 || !ok || !is {
			continue
		}
		ran++
		t.Run(args, func(t *testing.T) { compareTour(t, root, strings.Fields(args), rest) })
	}
	if ran == 0 {
		t.Error("no tour in README.md")
	}
}

func compareTour(t *testing.T, dir string, args []string, want string) {
	cmd := exec.Command("evict", args...)
	cmd.Dir = t.TempDir() // what a command leaves behind is nobody's business
	if err := os.Symlink(filepath.Join(dir, "examples"), filepath.Join(cmd.Dir, "examples")); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.Output()
	if err != nil && exitCode(err) != "3" {
		t.Fatal(err)
	}
	have := strings.Split(string(out), "\n")
	for line := range strings.Lines(want) {
		line = strings.TrimRight(line, "\n")
		if strings.TrimSpace(line) == "…" || line == "" {
			continue
		}
		for len(have) > 0 && have[0] != line {
			have = have[1:]
		}
		if len(have) == 0 {
			t.Fatalf("README.md prints, and evict does not (here, in this order):\n%s", line)
		}
		have = have[1:]
	}
}
