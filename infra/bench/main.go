// Command bench measures the bundle on this machine and prints one table: name, figure, unit, ratio, reference. References
// run beside what they are compared with, in the same process and in turns, because absolute figures drift from run to run;
// prices and bars are constants and say so.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"text/tabwriter"
)

// line is one row of the table.
type line struct {
	name, figure, unit, ratio, reference string
}

func main() {
	runtime.GOMAXPROCS(1) // figures are for one core
	var lines []line
	for _, part := range []func() ([]line, error){throughput, life, ready, cold, sizes} {
		more, err := part()
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		lines = append(lines, more...)
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "name\tfigure\tunit\tratio\treference")
	for _, l := range lines {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", l.name, l.figure, l.unit, l.ratio, l.reference)
	}
	if err := w.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// show prints a figure with as many digits as mean something.
func show(v float64) string {
	switch {
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

func compared(name string, figure float64, unit string, reference float64, what string) line {
	return line{name, show(figure), unit, show(figure / reference), what + " " + show(reference)}
}
