// Package lab scores the program on evidence whose truth is known: on the
// tenants of package scenarios, written as an administrator would have exported
// them, and on labelled cases. Every made record carries the hand that truly
// did it. The evaluation runs the program as a person would and compares. It is
// a tool of the developers and is not part of a release.
package lab
