package ui

import (
	"os"

	"golang.org/x/sys/windows"
)

// sequences switches a console to the escape sequences that colour and
// progress need, and reports whether it has them.
func sequences(f *os.File) bool {
	var mode uint32
	h := windows.Handle(f.Fd())
	if windows.GetConsoleMode(h, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(h, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
