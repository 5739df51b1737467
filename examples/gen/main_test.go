package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestSampleIsTrue: the files that ship are those that this program writes.
func TestSampleIsTrue(t *testing.T) {
	for name, want := range files() {
		got, err := os.ReadFile(filepath.Join("..", "contoso", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the generator writes; go run ./examples/gen", name)
		}
	}
}
