package ui

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"evict/internal/report"

	"golang.org/x/term"
)

// maxWidth is the widest line that is still easy to read.
const maxWidth = 120

// Streams are where data and messages go, and what the terminal can do.
type Streams struct {
	Out io.Writer // data
	Err io.Writer // messages and progress

	options report.TextOptions
	live    bool // progress may rewrite its line
	width   int  // of Err

	mu       sync.Mutex
	progress *Progress // the one that is shown, if any
}

// Open looks at two files and the environment.
func Open(out, err *os.File) *Streams {
	outTTY, errTTY := term.IsTerminal(int(out.Fd())), term.IsTerminal(int(err.Fd()))
	dumb := os.Getenv("TERM") == "dumb"
	o := report.TextOptions{
		Width:   width(out, outTTY, os.Getenv),
		Colour:  colour(os.Getenv, outTTY) && (!outTTY || sequences(out)),
		Unicode: unicodeShown(os.Getenv),
	}
	return &Streams{Out: out, Err: err, options: o, live: errTTY && !dumb && sequences(err), width: width(err, errTTY, os.Getenv)}
}

// TextOptions say how to print on standard output.
func (s *Streams) TextOptions() report.TextOptions { return s.options }

// colour decides by the usual variables (no-color.org, bixense.com/clicolors):
// NO_COLOR and TERM=dumb forbid, CLICOLOR_FORCE forces, CLICOLOR=0 and
// anything that is no terminal go without.
func colour(env func(string) string, tty bool) bool {
	switch {
	case env("NO_COLOR") != "" || env("TERM") == "dumb":
		return false
	case env("CLICOLOR_FORCE") != "" && env("CLICOLOR_FORCE") != "0":
		return true
	case env("CLICOLOR") == "0":
		return false
	}
	return tty
}

// unicodeShown is false where the locale names a character set other than
// UTF-8. No locale at all is common in containers, whose terminals do show it.
func unicodeShown(env func(string) string) bool {
	if runtime.GOOS == "windows" {
		return true // Go writes UTF-16 to a Windows console, whatever its code page
	}
	for _, k := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(env(k)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return true
}

// width is the terminal's, else COLUMNS, else 80; never more than maxWidth.
func width(f *os.File, tty bool, env func(string) string) int {
	if tty {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return min(w, maxWidth)
		}
	}
	if w, err := strconv.Atoi(env("COLUMNS")); err == nil && w > 0 {
		return min(w, maxWidth)
	}
	return 80
}

// Note writes one message on standard error.
func (s *Streams) Note(message string) { s.say(oneLine(message)) }

// Error writes what went wrong and, if there is one, the command to type next.
func (s *Streams) Error(err error, hint string) {
	text := "error: " + oneLine(err.Error())
	if hint != "" {
		text += "\nhint:  " + oneLine(hint)
	}
	s.say(text)
}

// oneLine makes a message harmless: names of files and accounts in it are
// somebody else's text. Lines of joined errors are kept, indented, so that none
// of them can pass for a line of ours.
func oneLine(message string) string {
	lines := strings.Split(strings.TrimSpace(message), "\n")
	for i := range lines {
		lines[i] = report.Clean(lines[i])
	}
	return strings.Join(lines, "\n       ")
}

func (s *Streams) say(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.progress != nil {
		s.progress.erase()
	}
	fmt.Fprintln(s.Err, text)
}
