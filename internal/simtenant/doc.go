// Package simtenant is a Microsoft 365 tenant of our own: an http.Handler that
// answers as Microsoft's services do, strictly enough that a client that works
// against it works against the real ones. It serves tests, the demo and
// training.
//
// It never imports the client: two independent writings of the wire format
// catch each other's mistakes. What it answers follows Microsoft's published
// documentation; what that leaves open is marked "unconfirmed" at its place.
package simtenant
