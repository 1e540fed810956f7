// Command mutation asks whether tests notice: it changes one operator, condition or statement of a package at a time and
// runs the package's own tests against each change. What they do not notice is listed, and has to be explained in
// survivors.txt.
//
//	go run ./infra/mutation ./pkg/money ./pkg/disbursement
//
// It exits 1 when a package's tests notice less than 80 % of its changes, or when a change that nobody noticed is not
// explained. The sources stay as they are: go's -overlay stands in for them.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
)

// least is the share of changes that a package's tests have to notice, in percent.
const least = 80

const explained = "infra/mutation/survivors.txt"

func main() {
	only := flag.String("only", "", "a part of the name of those changes that are to be made, like next.go or pkg/money")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: go run ./infra/mutation [-only part] ./pkg/…   from the repository's root")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	switch ok, err := examine(ctx, os.Stdout, flag.Args(), *only); {
	case err != nil:
		fmt.Fprintln(os.Stderr, "mutation:", err)
		os.Exit(2)
	case !ok:
		os.Exit(1)
	}
}

// examine makes every change of the packages and says whether enough of them were noticed.
func examine(ctx context.Context, out io.Writer, packages []string, only string) (bool, error) {
	known, err := reasons(explained)
	if err != nil {
		return false, err
	}
	good := true
	for _, dir := range packages {
		changes, err := changesOf(dir)
		if err != nil {
			return false, err
		}
		var count [survived + 1]int
		for i, c := range changes {
			if !strings.Contains(c.String(), only) {
				continue
			}
			end, err := try(ctx, dir, c)
			if err != nil {
				return false, err
			}
			count[end]++
			if end != survived {
				fmt.Fprintf(os.Stderr, "\r%s %d of %d  ", dir, i+1, len(changes))
				continue
			}
			reason, ok := known[c.String()]
			if !ok {
				good, reason = false, "NOT EXPLAINED in "+explained
			}
			fmt.Fprintf(out, "survived  line %d  %s\n          %s\n", c.line, c, reason)
		}
		viable := count[killed] + count[survived]
		if viable == 0 {
			return false, errors.New(dir + " has nothing to change")
		}
		share := 100 * count[killed] / viable
		good = good && share >= least
		fmt.Fprintf(out, "%s: %d changes, %d noticed, %d survived: %d %% (at least %d); %d do not compile\n", dir, viable, count[killed],
			count[survived], share, least, count[refused])
	}
	return good, nil
}

// reasons are the explained survivors: one a line, its reason after a tab.
func reasons(name string) (map[string]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	known := map[string]string{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		change, reason, ok := strings.Cut(lines.Text(), "\t")
		if strings.HasPrefix(change, "#") || change == "" {
			continue
		}
		if !ok || strings.TrimSpace(reason) == "" {
			return nil, fmt.Errorf("%s: %q has no reason", name, change)
		}
		known[change] = strings.TrimSpace(reason)
	}
	return known, lines.Err()
}
