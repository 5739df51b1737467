// Package scenarios builds tenants with life and attacks in them, and the truth
// about each act. The same values make the same tenant.
package scenarios
