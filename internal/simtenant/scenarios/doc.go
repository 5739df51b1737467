// Package scenarios builds tenants with life and attacks in them, and the truth
// about each act. The same values make the same tenant.
//
// A tenant is made from a seed: people with offices, homes, telephones,
// journeys and habits, Microsoft's own background work, strangers who guess
// passwords, and, in a [Scenario], one attacker. Every record carries the hand
// that truly did it.
//
// All names and addresses are fictional: the domains end in .example, and
// addresses come from ranges that are reserved for documentation and
// benchmarks, apart from Microsoft's own.
package scenarios
