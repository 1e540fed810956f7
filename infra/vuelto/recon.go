package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/rate"
	"github.com/vuelto/vuelto/pkg/recon"
	"github.com/vuelto/vuelto/pkg/settlement"
)

type reconFlags struct {
	network, provider, date, books, out string
	rates, calendar                     string
	settlements                         []string
	settles, memory, output, lang       string
	matches, xlsx                       bool
	workers                             int
}

func reconCommand() *cobra.Command {
	var f reconFlags
	cmd := &cobra.Command{
		Use:   "recon",
		Short: "Compare settlement files with the books, and explain every difference",
		Long: `Holds the rows of settlement files (CSV, also .gz or .zip, or .xlsx) against the books (likewise) and writes summary.json and
breaks.csv into a directory: each row and each entry matched, pending, or a break with its class, its arithmetic and its
due day. Memory is a limit: what it does not hold goes to a temporary file without a name. The texts of a workbook come
beside it, up to 64 MiB for each; CSV has no such part, and is read many times as fast.

Exit status: 0 every row and entry is accounted for and nothing is broken, 1 there are breaks (all written), 2 it could
not run (the reason is on stderr, and nothing is written).`,
		Example: "  vuelto recon --network pagoefectivo --date 2026-11-20 --books books.csv --settlement file.csv.gz --out result",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runRecon(cmd.Context(), cmd.OutOrStdout(), f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.network, "network", "", "efecty or pagoefectivo: calendar, zone and smallest amount")
	flags.StringVar(&f.provider, "provider", "", "whose settlement columns; empty = the generic ones")
	flags.StringVar(&f.date, "date", "", "the settlement day, YYYY-MM-DD")
	flags.StringVar(&f.books, "books", "", "our entries, CSV, also .gz or .zip, or the first sheet of an .xlsx")
	flags.StringVar(&f.rates, "rates", "", "exchange rates, CSV with date, source, pair and rate, for entries with a settles_currency and no locked_rate")
	flags.StringVar(&f.calendar, "calendar", "", "days that count otherwise than the network's country has them, CSV with date, working (yes or no) and source")
	flags.StringArrayVar(&f.settlements, "settlement", nil, "the network's rows, CSV, also .gz or .zip, or the first sheet of an .xlsx; may be repeated")
	flags.StringVar(&f.out, "out", "", "directory for the results")
	flags.StringVar(&f.settles, "settles", "T+1", "business days from a movement to its settlement")
	flags.StringVar(&f.memory, "memory", "128MiB", "what the whole process may use")
	flags.BoolVar(&f.matches, "matches", false, "also write matches.csv")
	flags.BoolVar(&f.xlsx, "xlsx", false, "also write report.xlsx")
	flags.StringVarP(&f.output, "output", "o", "table", "what to print: table or json")
	flags.StringVar(&f.lang, "lang", "en", "language of explanations: zh, es or en")
	flags.IntVar(&f.workers, "workers", 0, "how many to work at once; 0 = one for each processor")
	for _, name := range []string{"network", "date", "books", "settlement", "out"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // the flag is defined above
		}
	}
	return cmd
}

func runRecon(ctx context.Context, stdout io.Writer, f reconFlags) error {
	began := time.Now()
	options, err := f.options()
	if err != nil {
		return err
	}
	if f.output != "table" && f.output != "json" {
		return fmt.Errorf("-o %q: use table or json", f.output)
	}
	// The limit is what counts: below it a collection would cost time and save nothing.
	debug.SetMemoryLimit(max(options.Memory-outsideHeap, options.Memory/2))
	debug.SetGCPercent(-1)
	bar := progressBar(append([]string{f.books}, f.settlements...))
	if bar != nil {
		options.Progress = func(read int64) { _ = bar.Set64(read) }
	}
	result, err := recon.Run(ctx, options)
	if bar != nil {
		_ = bar.Clear()
	}
	if err != nil {
		return err
	}
	defer result.Discard()
	result.Summary.ElapsedMS, result.Summary.PeakRSS = time.Since(began).Milliseconds(), peakRSS()
	if err := result.Publish(); err != nil {
		return err
	}
	if err := printSummary(stdout, result.Summary, f); err != nil {
		return err
	}
	if result.Summary.Broken() {
		return &exitError{1, errors.New("there are breaks: see " + f.out)}
	}
	return nil
}

// outsideHeap is what the process takes beside the heap, in bytes.
const outsideHeap = 24 << 20

func (f reconFlags) options() (recon.Options, error) {
	var o recon.Options
	days, err := settlesIn(f.settles)
	if err != nil {
		return o, err
	}
	if o.Rules, err = recon.NetworkRules(f.network, days); err != nil {
		return o, err
	}
	if o.Profile, err = recon.ProfileByName(f.provider); err != nil {
		return o, err
	}
	if o.Date, err = calendar.Parse(f.date); err != nil {
		return o, fmt.Errorf("--date: %w", err)
	}
	if o.Memory, err = byteSize(f.memory); err != nil {
		return o, err
	}
	if o.Language, err = settlement.ParseLanguage(f.lang); err != nil {
		return o, err
	}
	if f.rates != "" {
		text, err := os.ReadFile(f.rates)
		if err != nil {
			return o, err
		}
		if o.Rates, err = rate.Read(text); err != nil {
			return o, fmt.Errorf("%s: %w", f.rates, err)
		}
	}
	if f.calendar != "" {
		text, err := os.ReadFile(f.calendar)
		if err != nil {
			return o, err
		}
		if o.Overrides, err = calendar.ReadOverrides(text); err != nil {
			return o, fmt.Errorf("%s: %w", f.calendar, err)
		}
	}
	o.Network, o.Books, o.Settlements, o.Out = f.network, f.books, f.settlements, f.out
	o.Matches, o.Report, o.Workers = f.matches, f.xlsx, f.workers
	return o, nil
}

// settlesIn reads "T+1".
func settlesIn(text string) (int, error) {
	days, found := strings.CutPrefix(text, "T+")
	n, err := strconv.Atoi(days)
	if !found || err != nil || n < 0 || n > 60 {
		return 0, fmt.Errorf("--settles %q: use T+ and a number of business days up to 60, such as T+1", text)
	}
	return n, nil
}

// leastMemory is with what a run can still be done, in bytes.
const leastMemory = 32 << 20

// byteSize reads "128MiB", "1GiB" or plain bytes.
func byteSize(text string) (int64, error) {
	digits, unit := text, int64(1)
	for _, u := range []struct {
		name string
		size int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}} {
		if d, found := strings.CutSuffix(text, u.name); found {
			digits, unit = d, u.size
		}
	}
	n, err := strconv.ParseInt(digits, 10, 32)
	if unit == 1 {
		n, err = strconv.ParseInt(digits, 10, 64)
	}
	if err != nil || n*unit < leastMemory {
		return 0, fmt.Errorf("--memory %q: use a size such as 128MiB or 1GiB, 32MiB at least", text)
	}
	return n * unit, nil
}

// progressBar is shown to a person at a terminal, and to nobody else.
func progressBar(paths []string) *progressbar.ProgressBar {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return nil
	}
	var size int64
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil {
			size += info.Size()
		}
	}
	return progressbar.NewOptions64(size, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionShowBytes(true),
		progressbar.OptionSetDescription("reading"), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
}

// peakRSS is the most memory the process has had, in bytes; 0 where the system does not tell.
func peakRSS() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, found := strings.CutPrefix(line, "VmHWM:"); found {
			kib, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			if err == nil {
				return kib << 10
			}
		}
	}
	return 0
}
