package report_test

import (
	"os/exec"
	"runtime"
	"testing"

	"evict/internal/report"
)

// TestArgument asks a real shell what it makes of the written argument.
func TestArgument(t *testing.T) {
	names := []string{"", "./case", "dana@contoso.example", "two words", "o'brien@contoso.example", `a"b`, "$(touch x)", "`id`", "a;b", "a&b", "a|b>c", "*", "~root", "!x", "els_litware.example#EXT#@contoso.onmicrosoft.com", `back\slash`, "'", "''", "look-alike o'brien@contoso.example"}
	for _, name := range names {
		argument := report.Argument(name)
		if runtime.GOOS == "windows" {
			if name == "$(touch x)" && argument != "'$(touch x)'" {
				t.Errorf("%q is written %s", name, argument)
			}
			continue
		}
		out, err := exec.Command("sh", "-c", "printf %s "+argument).Output()
		if err != nil || string(out) != name {
			t.Errorf("%q is written %s, which a shell takes for %q (%v)", name, argument, out, err)
		}
	}
	if got := report.Argument("./case"); got != "./case" {
		t.Errorf("quotes where none are needed: %s", got)
	}
}
