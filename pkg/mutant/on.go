//go:build mutants

// Package mutant breaks a guard on purpose, in builds with the tag mutants only: the simulator must notice each.
package mutant

// Built says whether guards can be broken in this build.
const Built = true

var active string

// On says whether the named guard is broken.
func On(name string) bool { return name == active }

// Use breaks a guard, for the rest of the process. It is called before any world runs.
func Use(name string) { active = name }
