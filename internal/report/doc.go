// Package report prints an investigation: as text for a terminal, as JSON,
// HTML, Markdown and CSV, and as a timeline.
//
// It is pure: every printer takes the answer and an [io.Writer]. Whatever a
// tenant wrote is hostile text and is made harmless here, at the place that
// prints it and in the way that this form of output needs; no caller escapes
// anything before.
package report
