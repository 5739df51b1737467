package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"evict/internal/detect"
)

// rowsOf is how many rows each letter of the catalogue has.
var rowsOf = map[byte]int{'R': 25, 'F': 13, 'M': 10, 'S': 12, 'L': 24, 'T': 16, 'C': 11, 'A': 11, 'V': 8, 'O': 14, 'P': 13, 'X': 13, 'I': 3, 'G': 3, 'W': 3}

// planned are detectors that rows name before they are built; the page calls
// such a row open.
var planned = []string{}

func TestEveryRowIsThere(t *testing.T) {
	seen := map[string]bool{}
	for _, h := range heuristics {
		if seen[h.id] {
			t.Errorf("%s stands twice", h.id)
		}
		seen[h.id] = true
	}
	n := 0
	for letter, count := range rowsOf {
		for i := 1; i <= count; i++ {
			n++
			if id := fmt.Sprintf("%c%02d", letter, i); !seen[id] {
				t.Errorf("%s is missing", id)
			}
		}
	}
	if len(heuristics) != n {
		t.Errorf("%d rows, want %d", len(heuristics), n)
	}
}

func TestEveryRowIsAnswered(t *testing.T) {
	known := map[string]bool{}
	for _, d := range detect.Catalog {
		known[d.ID] = true
	}
	for _, id := range planned {
		known[id] = true
	}
	for _, h := range heuristics {
		if h.about == "" {
			t.Errorf("%s says nothing", h.id)
		}
		if h.by == "" && h.why == "" {
			t.Errorf("%s is refused without a reason", h.id)
		}
		for _, id := range strings.Fields(h.by) {
			if !known[id] {
				t.Errorf("%s names %s, which is neither a detector nor planned", h.id, id)
			}
		}
	}
}

func TestPagesAreTrue(t *testing.T) {
	if err := run(filepath.Join("..", "..", "docs"), true); err != nil {
		t.Error(err)
	}
}
