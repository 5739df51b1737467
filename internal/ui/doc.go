// Package ui is the terminal: streams, colour, width, progress, errors with
// hints, exit codes. It shows and decides nothing. Standard output carries
// data, standard error everything else.
package ui
