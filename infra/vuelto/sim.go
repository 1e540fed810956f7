package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/vuelto/vuelto/pkg/proof"
	"github.com/vuelto/vuelto/pkg/sim"
)

type simFlags struct {
	seed                   string
	n                      int
	rate                   float64
	only, output, template string
	mutant                 string
	without                []string
	loseCallbacks          bool
	seldom                 bool
	workers                int
	hooks                  func(*sim.Hooks) // what a test breaks; nil otherwise
}

const usualTemplate = "template.yaml"

func simCommand() *cobra.Command { return simulator(&simFlags{}) }

func simulator(f *simFlags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sim",
		Short: "Prove that nothing is paid twice: the real handlers under every fault, seeded and replayable",
		Long: `Runs the production handlers in memory, n refunds, half of them on each of two provider profiles (one honours
idempotency keys, one does not), while processes crash at any I/O, stores throttle and lose replies, queues repeat and delay,
providers time out before and after the effect, and callbacks are lost, repeated, late and forged. Every commit is
checked; at the end our books are compared with the providers' own.

Exit status: 0 no violation, 1 a violation, 2 it could not run, or was interrupted. It is 1, too, if a run at the table's own strength
misses a bar: at most 2.5 % of what is accepted has to wait for a person, and half as many faults struck as there were refunds, not
counting those that are no trouble by themselves.`,
		Example: "  vuelto sim --seed 1 --n 100000\n  vuelto sim replay 1 --trace rf_0123456789ABCDEFGHJKMNPQRS",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return runSim(cmd.Context(), cmd.OutOrStdout(), *f) },
	}
	flags := cmd.PersistentFlags()
	flags.IntVar(&f.n, "n", 20_000, "refunds and payouts, half of them on each profile; an odd number is rounded up")
	flags.Float64Var(&f.rate, "rate", 1, "strength of the faults: 0 none, 1 the table's own, 5, 12 …")
	flags.StringVar(&f.only, "only", "", "this kind of fault alone: "+strings.Join(faultNames(), ", "))
	flags.StringSliceVar(&f.without, "without", nil, "all but these kinds of fault, as a violation's reduction says")
	flags.BoolVar(&f.loseCallbacks, "lose-callbacks", false, "every callback is lost")
	flags.BoolVar(&f.seldom, "seldom", false, "people also do what is seldom done, days are compared in parts, runs hand on; another run, and slower")
	flags.StringVar(&f.template, "template", usualTemplate, "the SAM template whose queues and schedules run")
	flags.IntVar(&f.workers, "workers", 0, "worlds at a time; 0 = one per core. It does not change the result")
	flags.StringVar(&f.mutant, "mutant", "", "break one guard on purpose (needs a build with -tags mutants): "+strings.Join(proof.Mutants(), ", "))
	cmd.Flags().StringVar(&f.seed, "seed", "1", "seed of everything that is drawn")
	cmd.Flags().StringVarP(&f.output, "output", "o", "table", "table or json")
	cmd.AddCommand(replayCommand(f))
	return cmd
}

func faultNames() []string { return names(proof.Faults()) }

func names(faults []proof.Fault) []string {
	var all []string
	for _, f := range faults {
		all = append(all, string(f))
	}
	return all
}

func (f simFlags) options() (proof.Options, error) {
	seed, err := strconv.ParseUint(f.seed, 10, 64)
	switch {
	case err != nil:
		return proof.Options{}, fmt.Errorf("seed %q is not a number from 0 to 2^64-1", f.seed)
	case f.n < 1 || f.n > 100_000_000:
		return proof.Options{}, fmt.Errorf("--n %d: ask for 1 to 100,000,000 refunds", f.n)
	case !(f.rate >= 0 && f.rate <= 100): // which NaN is not
		return proof.Options{}, fmt.Errorf("--rate %g: use 0 to 100", f.rate)
	case f.only != "" && !slices.Contains(faultNames(), f.only):
		return proof.Options{}, fmt.Errorf("--only %q is no fault; use one of %s", f.only, strings.Join(faultNames(), ", "))
	}
	without := make([]proof.Fault, len(f.without))
	for i, name := range f.without {
		if without[i] = proof.Fault(name); !slices.Contains(proof.Faults(), without[i]) {
			return proof.Options{}, fmt.Errorf("--without %q is no fault; use some of %s", name, strings.Join(faultNames(), ", "))
		}
	}
	template, err := readTemplate(f.template)
	if err != nil {
		return proof.Options{}, err
	}
	o := proof.Options{Seed: seed, N: (f.n + 1) / len(proof.Profiles()), Rate: f.rate, Only: proof.Fault(f.only), Without: without, LoseCallbacks: f.loseCallbacks,
		Template: template, Workers: f.workers, Errands: true, Seldom: f.seldom, Hooks: f.hooks}
	if f.mutant != "" {
		if err := proof.Mutate(f.mutant, &o); err != nil {
			return o, err
		}
	}
	return o, nil
}

func runSim(ctx context.Context, out io.Writer, f simFlags) error {
	if f.output != "table" && f.output != "json" {
		return fmt.Errorf("--output %q: use table or json", f.output)
	}
	o, err := f.options()
	if err != nil {
		return err
	}
	debug.SetGCPercent(500) // worlds are thrown away whole, so memory buys time; beyond this the caches lose more than the collector saves
	debug.SetMemoryLimit(3 << 30)
	o.Stopped = func() bool { return ctx.Err() != nil }
	o.Progress = progress(o.N * len(proof.Profiles()))
	started := time.Now()
	r, err := proof.Run(o)
	if err != nil {
		return err
	}
	if f.output == "json" {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(r); err != nil {
			return err
		}
	} else {
		table(out, r, time.Since(started))
	}
	return conclude(os.Stderr, f, o, r, reduceFor)
}

// conclude makes status 1 of a violation, once it has said how to see it again, and of a bar that was missed.
func conclude(out io.Writer, f simFlags, o proof.Options, r proof.Result, search time.Duration) error {
	if r.Violations > 0 {
		explain(out, f, o, r, search)
		return &exitError{1, fmt.Errorf("%d violations", r.Violations)}
	}
	if missed := r.Missed(o); len(missed) > 0 {
		return &exitError{1, fmt.Errorf("no violation, but %s", strings.Join(missed, "; "))}
	}
	return nil
}

// progress shows a bar on stderr when somebody is there to see it.
func progress(total int) func(done, of int) {
	if !term.IsTerminal(int(os.Stderr.Fd())) || os.Getenv("NO_COLOR") != "" && os.Getenv("TERM") == "dumb" {
		return nil
	}
	return bar(os.Stderr, total)
}

func bar(out io.Writer, total int) func(done, of int) {
	drawn := progressbar.NewOptions(total, progressbar.OptionSetWriter(out), progressbar.OptionSetDescription("refunds"),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
	return func(done, _ int) { _ = drawn.Set(done) }
}

func table(out io.Writer, r proof.Result, took time.Duration) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name string, v any) { fmt.Fprintf(w, "%s\t%v\n", name, v) }
	row("seed", r.Seed)
	row("refunds and payouts asked for", r.Refunds)
	row("accepted", r.Accepted)
	row("I/Os", r.IOs)
	row("faults", r.Faults)
	row("…no trouble alone", fmt.Sprintf("%d of them: %s", r.Faults-r.Troubles(), strings.Join(names(proof.Harmless()), ", ")))
	row("violations", r.Violations)
	for _, p := range proof.Profiles() {
		row("held, "+string(p), fmt.Sprintf("%.2f %%", r.HeldBy[p]))
	}
	row("held on purpose", r.Meant)
	row("messages sent again", r.Resent)
	row("trace", r.Trace)
	row("took", took.Round(time.Second))
	fmt.Fprintln(w, "\nends\t")
	for _, s := range slices.Sorted(maps.Keys(r.States)) {
		row("  "+s, r.States[s])
	}
	fmt.Fprintln(w, "\npeople's clicks\tdone, refused")
	for _, what := range slices.Sorted(maps.Keys(r.Moves)) {
		m := r.Moves[what]
		row("  "+what, fmt.Sprintf("%d (%d of them by a double click), %d", m.Done, m.Twice, m.Refused))
	}
	fmt.Fprintln(w, "\nfaults by kind\t")
	for _, f := range proof.Faults() {
		row("  "+string(f), r.Kinds[f])
	}
	fmt.Fprintln(w, "\nfaults by boundary\t")
	by := map[string]int{}
	for at, faults := range r.Coverage {
		boundary, _, _ := strings.Cut(at, " ")
		for _, n := range faults {
			by[boundary] += n
		}
	}
	for _, b := range slices.Sorted(maps.Keys(by)) {
		row("  "+b, by[b])
	}
	fmt.Fprintln(w, "\nsettlement rows misstated\tfound of injected")
	for _, c := range slices.Sorted(maps.Keys(r.Discrepancies)) {
		d := r.Discrepancies[c]
		moot := ""
		if d.Moot > 0 {
			moot = fmt.Sprintf(" (%d moot: the money was back before its day was compared)", d.Moot)
		}
		row("  "+string(c), fmt.Sprintf("%d of %d%s", d.Found, d.Injected, moot))
	}
	_ = w.Flush()
}
