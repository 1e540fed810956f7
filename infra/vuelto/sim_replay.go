package main

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vuelto/vuelto/pkg/proof"
)

// reduceFor bounds the search for the fewest faults.
const reduceFor = 30 * time.Second

// explain says what a person needs to see a violation again: seed, commit, fewest faults, sentence, command.
func explain(out io.Writer, f simFlags, o proof.Options, r proof.Result, search time.Duration) {
	commit := "unknown (not built in a repository)"
	if text, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output(); err == nil {
		commit = strings.TrimSpace(string(text))
	}
	v := r.Found[0]
	fmt.Fprintf(out, "\nseed      %d, world %d, profile %s\ncommit    %s\nsubject   %s at %s\nsentence  %s\ndetail    %s\n", v.Seed, v.World,
		v.Profile, commit, v.Subject, v.At.Format(time.RFC3339), v.Sentence, v.Detail)
	until := time.Now().Add(search)
	least := proof.Reduce(o, v, func() bool { return time.Now().Before(until) })
	needed := "none: it shows without any fault"
	if len(least.Kinds) > 0 {
		needed = strings.Join(names(least.Kinds), ", ")
	}
	fmt.Fprintf(out, "faults    %s\n", needed)
	for _, strike := range least.Strikes {
		fmt.Fprintf(out, "          %s\n", strike)
	}
	fmt.Fprintf(out, "replay    %s\n\n", again(f, least))
	for i, other := range r.Found[1:] {
		if i == 4 {
			fmt.Fprintf(out, "… and %d more\n", len(r.Found)-5)
			break
		}
		fmt.Fprintf(out, "also      %s: %s (%s)\n", other.Subject, other.Sentence, other.Detail)
	}
}

// again is the command that shows a violation once more: the same world, and in it all that strikes and nothing else.
func again(f simFlags, least proof.Reduced) string {
	o := least.Options
	line := fmt.Sprintf("vuelto sim replay %d --n %d --world %d --profile %s --rate %g", o.Seed, o.N*len(proof.Profiles()), o.World, o.Profiles[0], f.rate)
	if f.mutant != "" {
		line += " --mutant " + f.mutant
	}
	if f.only != "" {
		line += " --only " + f.only
	}
	if f.loseCallbacks {
		line += " --lose-callbacks"
	}
	if f.seldom {
		line += " --seldom"
	}
	if len(o.Without) > 0 {
		line += " --without " + strings.Join(names(o.Without), ",")
	}
	if f.template != usualTemplate {
		line += " --template '" + strings.ReplaceAll(f.template, "'", `'\''`) + "'"
	}
	if len(o.Spare) > 0 {
		line += " --spare " + spans(o.Spare)
	}
	if id := proof.IDOf(least.Violation.Subject); isOf(o, id) {
		line += " --trace " + id
	}
	return line
}

// isOf says that a replay of the world can tell the life of an id.
func isOf(o proof.Options, id string) bool {
	world, ok := proof.WorldOf(o, id)
	return ok && world == o.World
}

// spans writes numbers of faults, the first of which is 0, as people count: 1-3,7.
func spans(faults []int) string {
	faults = slices.Sorted(slices.Values(faults))
	var parts []string
	for i := 0; i < len(faults); {
		last := i
		for last+1 < len(faults) && faults[last+1] == faults[last]+1 {
			last++
		}
		part := strconv.Itoa(faults[i] + 1)
		if last > i {
			part += "-" + strconv.Itoa(faults[last]+1)
		}
		parts = append(parts, part)
		i = last + 1
	}
	return strings.Join(parts, ",")
}

const stamp = "Jan 02 15:04:05.000"

// mostSpared is more faults than a reduction looks at one by one.
const mostSpared = 100_000

// numbers reads spans.
func numbers(spans []string) ([]int, error) {
	var all []int
	for _, span := range spans {
		from, to, ranged := strings.Cut(span, "-")
		if !ranged {
			to = from
		}
		first, err := strconv.Atoi(from)
		last, err2 := strconv.Atoi(to)
		if err != nil || err2 != nil || first < 1 || last < first || last-first > mostSpared {
			return nil, fmt.Errorf("--spare %q: name faults by number, as 1-3,7", span)
		}
		for n := first; n <= last; n++ {
			all = append(all, n-1)
		}
	}
	return all, nil
}

func shown(v proof.Violation) string {
	return fmt.Sprintf("%s  %-12s  %s: %s (%s)", v.At.Format(stamp), v.Profile, v.Subject, v.Sentence, v.Detail)
}

// replayFlags say which world, and whose life in it.
type replayFlags struct {
	trace, profile string
	world          int
	spare          []string
}

func replayCommand(f *simFlags) *cobra.Command {
	var r replayFlags
	cmd := &cobra.Command{
		Use:   "replay SEED",
		Short: "Tell the life of one refund or payout of a seed, event by event",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.seed = args[0]
			o, err := r.options(*f)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			if r.trace != "" {
				o.Tell = func(profile proof.Profile, at time.Time, what string) {
					fmt.Fprintf(out, "%s  %-12s  %s\n", at.Format(stamp), profile, what)
				}
			}
			o.Workers, o.Stopped = 1, func() bool { return cmd.Context().Err() != nil }
			result, err := proof.Run(o)
			if err == nil && result.Violations > 0 {
				for _, v := range result.Found[:min(len(result.Found), 5)] {
					fmt.Fprintln(out, shown(v))
				}
				err = &exitError{1, fmt.Errorf("%d violations; the first: %s", result.Violations, result.Found[0].Sentence)}
			}
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&r.trace, "trace", "", "the refund or payout to tell of")
	flags.IntVar(&r.world, "world", -1, "the world to run, until its first violation; -1 = all of the one in which --trace lives")
	flags.StringVar(&r.profile, "profile", "", "on this profile alone: honours-keys or ignores-keys")
	flags.StringSliceVar(&r.spare, "spare", nil, "numbers of faults that do not strike, as a violation's reduction says: 1-3,7")
	return cmd
}

func (r replayFlags) options(f simFlags) (proof.Options, error) {
	o, err := f.options()
	if err != nil {
		return o, err
	}
	if r.trace == "" && r.world < 0 {
		return o, errors.New("say whose life: --trace rf_…")
	}
	if p := proof.Profile(r.profile); p != "" {
		if !slices.Contains(proof.Profiles(), p) {
			return o, fmt.Errorf("--profile %q: use one of %v", p, proof.Profiles())
		}
		o.Profiles = []proof.Profile{p}
	}
	if o.Spare, err = numbers(r.spare); err != nil {
		return o, err
	}
	o.Single, o.Trace, o.World = true, r.trace, r.world
	o.FailFast = r.world >= 0 // as the reduction ran it: what a broken guard leaves behind may never come to rest
	if r.trace != "" {
		world, ok := proof.WorldOf(o, r.trace)
		if !ok || r.world >= 0 && world != r.world {
			return o, fmt.Errorf("no refund or payout %s among the %d of seed %s: use the --n of the run", r.trace, f.n, f.seed)
		}
		o.World = world
	}
	if all := proof.Worlds(o.N); o.World >= all {
		return o, fmt.Errorf("--world %d: --n %d has %d, from 0 on", o.World, f.n, all)
	}
	return o, nil
}
