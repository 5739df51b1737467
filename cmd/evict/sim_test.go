package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// A simulation is a simulated tenant that a script has started.
type simulation struct {
	run    *exec.Cmd
	typed  []string // the commands that it said to type
	rest   chan struct{}
	errors strings.Builder
}

// simulations by the work folder of their script.
var simulations sync.Map

// simulates ARGS... starts evict sim and waits until it says how to reach it.
func simulates(ts *testscript.TestScript, neg bool, args []string) {
	bin := filepath.SplitList(ts.Getenv("PATH"))[0]
	s := &simulation{run: exec.Command(filepath.Join(bin, "evict"), append([]string{"sim"}, args...)...), rest: make(chan struct{})}
	s.run.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "TMPDIR"} {
		s.run.Env = append(s.run.Env, name+"="+ts.Getenv(name))
	}
	s.run.Stderr = &s.errors
	out, err := s.run.StdoutPipe()
	ts.Check(err)
	ts.Check(s.run.Start())
	simulations.Store(ts.MkAbs("."), s)
	ts.Defer(func() { s.run.Process.Kill() })
	ready := make(chan struct{})
	go func() {
		defer close(s.rest)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if typed, ok := strings.CutPrefix(lines.Text(), "  evict "); ok {
				s.typed = append(s.typed, typed)
			}
			if strings.HasPrefix(lines.Text(), "Ctrl-C ends it") {
				close(ready)
			}
		}
	}()
	select {
	case <-ready:
	case <-s.rest:
		ts.Fatalf("the simulated tenant ended: %s", s.errors.String())
	case <-time.After(time.Minute):
		ts.Fatalf("the simulated tenant does not say how to reach it")
	}
}

// types CODE WORD ARG... types the command that the simulated tenant printed
// and that begins with the words of WORD, with ARG... behind it.
func types(ts *testscript.TestScript, neg bool, args []string) {
	x, ok := simulations.Load(ts.MkAbs("."))
	if !ok || len(args) < 2 {
		ts.Fatalf("usage, after simulates: types CODE WORD [ARG...]")
	}
	for _, typed := range x.(*simulation).typed {
		if strings.HasPrefix(typed, args[1]+" ") {
			exits(ts, neg, append([]string{args[0], "evict"}, append(strings.Fields(typed), args[2:]...)...))
			return
		}
	}
	ts.Fatalf("no command begins with %q", args[1])
}

// interrupts presses Ctrl-C: the simulated tenant ends well.
func interrupts(ts *testscript.TestScript, neg bool, args []string) {
	x, _ := simulations.Load(ts.MkAbs("."))
	s := x.(*simulation)
	ts.Check(s.run.Process.Signal(os.Interrupt))
	<-s.rest
	if err := s.run.Wait(); err != nil {
		ts.Fatalf("%v: %s", err, s.errors.String())
	}
}
