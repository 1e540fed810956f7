package main

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/proof"
	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

// unfenced is a store whose writes take the place of whatever version is there.
type unfenced struct{ store.Store }

func (u unfenced) Commit(ctx context.Context, writes ...store.Write) error {
	for i, w := range writes {
		if p, ok := w.(store.Put); ok && p.Record.Version != 0 {
			if now, err := u.Get(ctx, p.Record.Key); err == nil {
				p.Record.Version = now.Version
				writes[i] = p
			}
		}
	}
	return u.Store.Commit(ctx, writes...)
}

func breaks(h *sim.Hooks) { h.Store = func(s store.Store) store.Store { return unfenced{s} } }

// What a violation prints to be run again is run: the same violation shows, of the same record at the same instant.
func TestThePrintedReplayShowsTheSameViolation(t *testing.T) {
	f := simFlags{seed: "1", n: 16, rate: 5, template: "../../template.yaml", without: []string{"index_lag"}, loseCallbacks: true, hooks: breaks}
	o, err := f.options()
	if err != nil {
		t.Fatal(err)
	}
	o.FailFast, o.Single, o.Profiles = true, true, proof.Profiles()[1:]
	r, err := proof.Run(o)
	if err != nil || r.Violations == 0 {
		t.Fatalf("nothing to replay: %v", err)
	}
	least := spared(t, o)
	line := again(f, least)
	if !strings.Contains(line, " --spare ") {
		t.Fatalf("nothing is spared: %s", line)
	}
	v := least.Violation
	said, err := replayed(t, line)
	if err == nil || !strings.Contains(said, shown(v)) {
		t.Errorf("%s says %s, %v; it was %s", line, said, err, shown(v))
	}
}

func TestThePrintedReplayNamesAllThatItRestsOn(t *testing.T) {
	f := simFlags{rate: 0.25, only: "throttle", mutant: "no-fence", loseCallbacks: true, seldom: true, template: "my 'own'.yaml"}
	o := proof.Options{Seed: 7, N: 8, World: 2, Profiles: proof.Profiles()[:1], Without: []proof.Fault{"stall", "delay"}, Spare: []int{4, 1, 2}}
	want := `vuelto sim replay 7 --n 16 --world 2 --profile honours-keys --rate 0.25 --mutant no-fence --only throttle --lose-callbacks` +
		` --seldom --without stall,delay --template 'my '\''own'\''.yaml' --spare 2-3,5`
	if got := again(f, proof.Reduced{Options: o, Violation: proof.Violation{Subject: "a day"}}); got != want {
		t.Errorf("printed %s, want %s", got, want)
	}
}

// spared is a run in which one fault that would strike does not, and a sentence is broken all the same.
func spared(t *testing.T, o proof.Options) proof.Reduced {
	t.Helper()
	for n := range 20 {
		o.Spare = []int{n}
		r, err := proof.Run(o)
		if err != nil {
			t.Fatal(err)
		}
		if r.Violations > 0 {
			return proof.Reduced{Options: o, Violation: r.Found[0]}
		}
	}
	t.Fatal("every fault is needed")
	return proof.Reduced{}
}

// replayed runs a command as it was printed, on a store that is as broken.
func replayed(t *testing.T, line string) (string, error) {
	t.Helper()
	cmd := simulator(&simFlags{hooks: breaks})
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	var out bytes.Buffer
	cmd.SetOut(&out)
	words := regexp.MustCompile(`'[^']*'|\S+`).FindAllString(strings.TrimPrefix(line, "vuelto sim "), -1)
	for i, word := range words {
		words[i] = strings.Trim(word, "'")
	}
	cmd.SetArgs(words)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := cmd.ExecuteContext(ctx)
	return out.String(), err
}

func TestNumbersOfFaultsComeBack(t *testing.T) {
	for want, faults := range map[string][]int{"1": {0}, "1-3,7": {0, 1, 2, 6}, "2,4-5": {4, 1, 3}} {
		got := spans(faults)
		back, err := numbers(strings.Split(got, ","))
		if slices.Sort(faults); got != want || err != nil || !slices.Equal(back, faults) {
			t.Errorf("%v became %s and %v, %v", faults, got, back, err)
		}
	}
}
