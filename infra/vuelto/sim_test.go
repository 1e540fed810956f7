package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

func simulate(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := simCommand()
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetArgs(append(args, "--template", "../../template.yaml"))
	err := cmd.Execute()
	return out.String(), err
}

// What cannot be run is said in words that tell how to; main makes status 2 of it.
func TestTheSimulatorRefusesWhatItCannotRun(t *testing.T) {
	for want, args := range map[string][]string{
		"is not a number":                {"--seed", "one"},
		"ask for 1 to 100,000,000":       {"--n", "0"},
		"--rate -1: use 0 to 100":        {"--rate", "-1"},
		"--rate NaN: use 0 to 100":       {"--rate", "NaN"},
		"--rate +Inf: use 0 to 100":      {"--rate", "Inf"},
		"--rate -Inf: use 0 to 100":      {"--rate=-inf"},
		"is no fault":                    {"--only", "gremlins"},
		"--without \"dust\" is no fault": {"--without", "dust"},
		"use table or json":              {"--output", "xml"},
		"no refund or payout rf_none":    {"replay", "1", "--n", "10", "--trace", "rf_none"},
		"say whose life":                 {"replay", "1"},
		"--world 1: --n 10 has 1":        {"replay", "1", "--n", "10", "--world", "1"},
		"use one of [honours-keys":       {"replay", "1", "--world", "0", "--profile", "x"},
		"--spare \"3-1\"":                {"replay", "1", "--world", "0", "--spare", "1,3-1"},
		"--spare \"0\"":                  {"replay", "1", "--world", "0", "--spare", "0"},
		"keeps its guards":               {"--mutant", "no-fence"},
		"no mutant":                      {"--mutant", "x-men"},
	} {
		_, err := simulate(t, args...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
	}
	if _, err := os.Stat("../../template.yaml"); err != nil {
		t.Fatal(err)
	}
}

func TestTheSimulatorAnswersInJSON(t *testing.T) {
	out, err := simulate(t, "--n", "39", "-o", "json")
	if err != nil {
		t.Fatal(err)
	}
	var r struct {
		Seed, Refunds, IOs, Faults, Violations, Held int
		States                                       map[string]int
		Coverage                                     map[string]map[string]int
		Trace                                        string
	}
	strict := json.NewDecoder(strings.NewReader(out))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&r); err != nil {
		t.Fatal(err)
	}
	if r.Seed != 1 || r.Refunds != 40 || r.IOs == 0 || r.Faults == 0 || len(r.States) == 0 || len(r.Coverage) == 0 || len(r.Trace) != 16 {
		t.Errorf("%+v", r)
	}
	for _, field := range []string{"seed", "refunds", "ios", "faults", "violations", "held", "states", "coverage", "trace"} {
		if strings.Count(out, `"`+field+`"`) == 0 {
			t.Errorf("no %q in the answer", field)
		}
	}
}
