//go:build !mutants

// Package mutant breaks a guard on purpose, in builds with the tag mutants only: the simulator must notice each. In every
// other build On is the constant false, and the compiler drops what it guards.
package mutant

// Built says whether guards can be broken in this build.
const Built = false

// On says whether the named guard is broken.
func On(string) bool { return false }

// Use breaks a guard; here it cannot.
func Use(string) {}
