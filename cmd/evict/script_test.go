package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"evict": main,
	})
}

// TestScripts runs the command as a person does: arguments in, streams and exit
// code out. A script finds the sample evidence in $CONTOSO.
func TestScripts(t *testing.T) {
	contoso, err := filepath.Abs(filepath.Join("..", "..", "examples", "contoso"))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("CONTOSO", contoso)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":      exits,
			"simulates":  simulates,
			"types":      types,
			"interrupts": interrupts,
			"reads":      reads,
		},
	})
}

// exits CODE COMMAND... runs a command and compares its exit code: testscript
// itself knows only success and failure.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG...]")
	}
	got := "0"
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		got = exitCode(err)
	}
	ts.Logf("exit code %s", got)
	if got != args[0] {
		ts.Fatalf("%v: exit code %s, want %s", args[1:], got, args[0])
	}
}

// exitCode returns the code of a command that ran and failed, else the error.
func exitCode(err error) string {
	var e *exec.ExitError
	if errors.As(err, &e) {
		return strconv.Itoa(e.ExitCode())
	}
	return err.Error()
}

// reads VARIABLE PATTERN FILE sets a variable to what the pattern's group finds in a file.
func reads(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: reads VARIABLE PATTERN FILE")
	}
	found := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile(args[2]))
	if len(found) != 2 {
		ts.Fatalf("%s does not have %s", args[2], args[1])
	}
	ts.Setenv(args[0], found[1])
}
