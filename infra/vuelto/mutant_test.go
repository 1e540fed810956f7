//go:build mutants

package main

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// A guard that is broken on purpose ends the command with status 1, as a shell sees it.
func TestAMutantEndsWithStatusOne(t *testing.T) {
	program := filepath.Join(t.TempDir(), "vuelto")
	if out, err := exec.Command("go", "build", "-tags", "mutants", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for name, want := range map[string]int{"self-approval": 1, "": 0} {
		cmd := exec.Command(program, "sim", "--n", "600", "--mutant", name, "--template", "../../template.yaml")
		out, _ := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != want {
			t.Errorf("mutant %q: status %d, want %d: %s", name, got, want, out)
		}
	}
}
