// Package archtest holds the tests that keep the house in order: which package
// may import which, what is pure, that every detector is listed and has its
// cases, that the nouns are documented, and that nothing names a machine.
//
// The tests parse the files themselves and never ask the go command: go test
// reruns a cached test when a file that the test opened has changed, but it
// cannot see what a child process opened.
package archtest
