// Package lab makes evidence whose truth is known, and scores the program on it.
//
// A tenant is made from a seed: people with offices, homes, telephones,
// journeys and habits, Microsoft's own background work, strangers who guess
// passwords, and, in a [Scenario], one attacker. Every record carries the hand
// that truly did it. The evaluation runs the program as a person would and
// compares. It is a tool of the developers and is not part of a release.
//
// All names and addresses are fictional: the domains end in .example, and
// addresses come from ranges that are reserved for documentation and
// benchmarks, apart from Microsoft's own.
package lab
