// Command recon measures vuelto recon beside other programs on the same files, in turns within one run, and prints one
// table: name, figure, unit, ratio, reference. The others do a bare join, ours the whole classification.
//
// DuckDB and polars are measured where VUELTO_PYTHON names a Python that has both, which setup.sh provides.
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

func main() {
	sizes := flag.String("n", "100000,1000000", "entries, and about as many rows; several by commas")
	runs := flag.Int("runs", 5, "how often each program runs")
	sorted := flag.Bool("sorted", false, "both sides in the order of their references")
	program := flag.String("vuelto", "", "the built program; empty = build it")
	only := flag.String("generate", "", "write the files of one size into this directory, and nothing else")
	flag.Parse()
	err := error(nil)
	if *only != "" {
		err = generateOnly(*only, *sizes, *sorted)
	} else {
		err = measure(*sizes, *runs, *sorted, *program)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measure(sizes string, runs int, sorted bool, program string) error {
	dir, err := os.MkdirTemp("", "vuelto-bench-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if program == "" {
		program = filepath.Join(dir, "vuelto")
		if out, err := exec.Command("go", "build", "-o", program, "./infra/vuelto").CombinedOutput(); err != nil {
			return fmt.Errorf("building: %w\n%s", err, out)
		}
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "name\tfigure\tunit\tratio\treference")
	for _, size := range strings.Split(sizes, ",") {
		n, err := entriesOf(size)
		if err != nil {
			return err
		}
		if err := generateApart(dir, size, sorted); err != nil {
			return err
		}
		if err := compare(w, n, runs, contestants(program, dir, pairOf(dir, n))); err != nil {
			return err
		}
	}
	return w.Flush()
}

func entriesOf(size string) (int, error) {
	n, err := strconv.Atoi(size)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("-n %q: use numbers of entries, such as 100000,1000000", size)
	}
	return n, nil
}

func generateOnly(dir, size string, sorted bool) error {
	n, err := entriesOf(size)
	if err == nil {
		err = generate(pairOf(dir, n), n, sorted)
	}
	return err
}

// generateApart writes the files in a process of its own: the system counts what this one has needed as memory of whatever it
// starts later.
func generateApart(dir, size string, sorted bool) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	out, err := exec.Command(self, "-generate", dir, "-n", size, fmt.Sprintf("-sorted=%v", sorted)).CombinedOutput()
	if err != nil {
		return fmt.Errorf("generating: %w\n%s", err, out)
	}
	return nil
}

// contestant is a command that reads the same two files.
type contestant struct {
	name string
	args []string
	env  []string
	runs []figures
}

// figures of one run.
type figures struct {
	wall, cpu time.Duration
	peak      int64 // bytes
}

// contestants are ours, first, and whoever is installed.
func contestants(program, dir string, p pair) []*contestant {
	all := []*contestant{{name: "vuelto recon", args: []string{program, "recon", "--network", "pagoefectivo", "--date", "2026-11-20",
		"--books", p.books, "--settlement", p.rows, "--out", filepath.Join(dir, "out")}}}
	if python := os.Getenv("VUELTO_PYTHON"); python != "" {
		all = append(all, &contestant{name: "DuckDB outer join", args: []string{python, "-c", duckdb, p.books, p.rows, filepath.Join(dir, "duck.csv")}},
			&contestant{name: "polars full join", args: []string{python, "-c", polars, p.books, p.rows, filepath.Join(dir, "polars.csv")}})
	}
	if _, err := exec.LookPath("sort"); err == nil {
		all = append(all, &contestant{name: "GNU sort + join", args: []string{"bash", "-c", sortJoin, "bash", p.books, p.rows}, env: []string{"LC_ALL=C"}})
	}
	return append(all, &contestant{name: "wc -l", args: []string{"wc", "-l", p.books, p.rows}})
}

const duckdb = `import duckdb, sys
duckdb.execute("""copy (select b.*, s.* from read_csv('%s') b full outer join read_csv('%s') s on b.transaction_id = s."Transaction ID"
where b.id is null or s."Transaction ID" is null or b.amount <> s."Amount" or b.fee <> s."Fee" or b.tax <> s."Tax") to '%s'""" % tuple(sys.argv[1:]))`

const polars = `import polars as pl, sys
books, rows = pl.scan_csv(sys.argv[1]), pl.scan_csv(sys.argv[2])
c = pl.col
books.join(rows, left_on="transaction_id", right_on="Transaction ID", how="full").filter(c("id").is_null() | c("Transaction ID").is_null()
| (c("amount") != c("Amount")) | (c("fee") != c("Fee")) | (c("tax") != c("Tax"))).sink_csv(sys.argv[3])`

const sortJoin = `join -t, -1 4 -2 1 -a 1 -a 2 <(sort -S 32M -t, -k4,4 "$1") <(sort -S 32M -t, -k1,1 "$2") >/dev/null`

// compare runs all contestants in turns, once more than counts.
func compare(w *tabwriter.Writer, n, runs int, all []*contestant) error {
	for i := range runs + 1 {
		for _, c := range all {
			f, err := c.run()
			if err != nil {
				return err
			}
			if i > 0 {
				c.runs = append(c.runs, f)
			}
		}
	}
	ours := all[0]
	for _, c := range all {
		fmt.Fprintf(w, "%s, %d × %d\t%.3f\ts\t%s\t%s\n", c.name, n, n, c.median(wall).Seconds(), ratio(ours, c, wall), c.reference(ours))
		fmt.Fprintf(w, "  processor\t%.3f\ts\t%s\t%s\n", c.median(cpu).Seconds(), ratio(ours, c, cpu), c.reference(ours))
		fmt.Fprintf(w, "  peak memory\t%d\tMiB\t\t\n", c.peak()>>20)
	}
	if ours.peak() > mostMemory {
		return fmt.Errorf("%s took %d MiB for %d × %d: its limit is %d", ours.name, ours.peak()>>20, n, n, mostMemory>>20)
	}
	return nil
}

// mostMemory is what the whole process may use if nothing is said, in bytes.
const mostMemory = 128 << 20

func (c *contestant) run() (figures, error) {
	cmd := exec.Command(c.args[0], c.args[1:]...)
	cmd.Env = append(os.Environ(), c.env...)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	f := figures{wall: time.Since(began)}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		err = nil // ours says that there are breaks
	}
	if err != nil {
		return f, fmt.Errorf("%s: %w\n%s", c.name, err, out)
	}
	f.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		f.peak = usage.Maxrss << 10
	}
	return f, nil
}

func wall(f figures) time.Duration { return f.wall }
func cpu(f figures) time.Duration  { return f.cpu }

func (c *contestant) median(of func(figures) time.Duration) time.Duration {
	list := make([]time.Duration, len(c.runs))
	for i, f := range c.runs {
		list[i] = of(f)
	}
	slices.Sort(list)
	return list[len(list)/2]
}

func (c *contestant) peak() int64 {
	return slices.MaxFunc(c.runs, func(a, b figures) int { return cmp.Compare(a.peak, b.peak) }).peak
}

// ratio is the median of ours over theirs, turn by turn.
func ratio(ours, c *contestant, of func(figures) time.Duration) string {
	if ours == c {
		return ""
	}
	list := make([]float64, len(c.runs))
	for i := range c.runs {
		list[i] = of(ours.runs[i]).Seconds() / of(c.runs[i]).Seconds()
	}
	slices.Sort(list)
	return fmt.Sprintf("%.2f", list[len(list)/2])
}

func (c *contestant) reference(ours *contestant) string {
	if ours == c {
		return ""
	}
	return ours.name + " ÷ " + c.name
}
