//go:build !windows

package ui

import "os"

// sequences reports whether a terminal knows escape sequences: all of them do here.
func sequences(*os.File) bool { return true }
