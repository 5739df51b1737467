module evict

go 1.26.0

require (
	golang.org/x/net v0.62.0
	golang.org/x/tools v0.52.0
)

require (
	github.com/rivo/uniseg v0.4.7 // indirect
	golang.org/x/sys v0.50.0 // indirect
	golang.org/x/term v0.48.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)
