// Package simtest holds tests in which the client meets the simulated tenant:
// what is collected from it live, and what is exported from it.
package simtest
