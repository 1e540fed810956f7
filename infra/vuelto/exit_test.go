package main

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/proof"
)

func command(args ...string) (*exec.Cmd, *bytes.Buffer) {
	cmd := exec.Command(filepath.Join(programs, "vuelto"), append(args, "--template", "../../template.yaml")...)
	said := &bytes.Buffer{}
	cmd.Stderr = said
	return cmd, said
}

// The statuses that the help promises, as a shell sees them: 0 proven, 2 not run; 1 is of a violation, and nothing else.
func TestTheSimulatorsExitStatus(t *testing.T) {
	for line, want := range map[string]struct {
		status int
		says   string
	}{
		"sim --n 5":                             {0, ""},
		"sim --seed one":                        {2, "is not a number"},
		"sim --n 0":                             {2, "ask for 1"},
		"sim replay 1 --n 10 --trace rf_nobody": {2, "no refund or payout rf_nobody"},
		"sim --gremlins":                        {2, "unknown flag"},
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			cmd, said := command(strings.Fields(line)...)
			_ = cmd.Run()
			if got := cmd.ProcessState.ExitCode(); got != want.status || !strings.Contains(said.String(), want.says) {
				t.Errorf("status %d, says %q; want %d and %q", got, said, want.status, want.says)
			}
		})
	}
}

// Whoever interrupts a run is not kept waiting, and is not told that it proved something.
func TestAnInterruptedRunProvesNothing(t *testing.T) {
	cmd, said := command("sim", "--n", "1000000")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond) // it is at work
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	asked := time.Now()
	_ = cmd.Wait()
	if took := time.Since(asked); took > 10*time.Second || cmd.ProcessState.ExitCode() != 2 || !strings.Contains(said.String(), proof.ErrStopped.Error()) {
		t.Errorf("status %d after %s: %q", cmd.ProcessState.ExitCode(), took, said)
	}
}

// A violation is said with all that is needed to see it again, and ends the command with status 1.
func TestAViolationIsStatusOne(t *testing.T) {
	f := simFlags{seed: "7", n: 6, rate: 1, template: "../../template.yaml"}
	o, err := f.options()
	if err != nil {
		t.Fatal(err)
	}
	o.Direct = true
	v := proof.Violation{Seed: 7, Profile: string(proof.IgnoresKeys), Subject: "demo#rf_1", Sentence: "I1: planted", Detail: "by hand"}
	var said bytes.Buffer
	err = conclude(&said, f, o, proof.Result{Seed: 7, Violations: 1, Found: []proof.Violation{v}}, time.Second)
	exit, ok := err.(*exitError)
	if !ok || exit.code != 1 {
		t.Errorf("%v", err)
	}
	for _, want := range []string{"seed      7", "commit", "I1: planted", "faults", "vuelto sim replay 7 --n 6 --world 0 --profile ignores-keys --rate 1 "} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("lacks %q: %s", want, said.String())
		}
	}
	if conclude(&said, f, o, proof.Result{}, 0) != nil {
		t.Error("a run without a violation failed")
	}
	idle := proof.Result{Refunds: 2000}
	exit, ok = conclude(&said, f, o, idle, 0).(*exitError)
	if !ok || exit.code != 1 || !strings.Contains(exit.Error(), "0 faults") {
		t.Errorf("nothing struck 2000 refunds: %v", exit)
	}
}

// The bar counts refunds where somebody looks; a file or a pipe gets none.
func TestTheProgressBar(t *testing.T) {
	if progress(10) != nil {
		t.Skip("a terminal")
	}
	var drawn bytes.Buffer
	advance := bar(&drawn, 200)
	advance(50, 200)
	if !strings.Contains(drawn.String(), "50/200") || !strings.Contains(drawn.String(), "25%") {
		t.Errorf("%q", drawn.String())
	}
}
