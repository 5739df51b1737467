// Package evict holds the nouns of a Microsoft 365 account-compromise case.
//
// A record (Microsoft's raw form) is decoded into an [Event]; detectors turn
// events into [Finding]s about one subject; an account's findings, read with
// its [Strand]s and its coverage, give its [Verdict]; an [Investigation] is
// the whole answer. The words are those of ARCHITECTURE.md, one meaning each.
//
// The package imports nothing but the standard library and does no I/O.
package evict
