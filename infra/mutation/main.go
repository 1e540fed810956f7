// Command mutation asks whether tests notice: it changes one operator, condition or statement of a package at a time and
// runs the package's own tests against each change. What they do not notice is listed, and has to be explained in
// survivors.txt.
//
//	go run ./infra/mutation ./pkg/money ./pkg/disbursement
//
// It exits 1 when a package's tests notice less than 80 % of its changes, when a change that nobody noticed is not
// explained, or when one is explained that can no longer be made, or that tests notice by now: such a line says nothing
// true any more. The sources stay as they are: go's -overlay stands in for them.
package main

import (
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

// list is of the explained survivors, from the repository's root.
const list = "infra/mutation/survivors.txt"

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
	known, err := explained(list)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutation:", err)
		os.Exit(2)
	}
	switch ok, err := (examination{os.Stdout, known, try}).examine(ctx, flag.Args(), *only); {
	case err != nil:
		fmt.Fprintln(os.Stderr, "mutation:", err)
		os.Exit(2)
	case !ok:
		os.Exit(1)
	}
}

// examination is what every change is held against.
type examination struct {
	out   io.Writer
	known reasons
	try   func(ctx context.Context, dir string, c change) (end, error)
}

// examine makes every change of the packages whose name has a part and says whether enough of them were noticed, and the
// others explained.
func (x examination) examine(ctx context.Context, packages []string, only string) (bool, error) {
	gone, err := x.known.gone()
	if err != nil {
		return false, err
	}
	for _, name := range gone {
		x.stale(name, "no such change can be made")
	}
	good := len(gone) == 0
	for _, dir := range packages {
		ok, err := x.pkg(ctx, dir, only)
		if err != nil {
			return false, err
		}
		good = good && ok
	}
	return good, nil
}

func (x examination) pkg(ctx context.Context, dir, only string) (bool, error) {
	changes, err := changesOf(dir)
	if err != nil {
		return false, err
	}
	if len(changes) == 0 {
		return false, errors.New(dir + " has nothing to change")
	}
	switch end, err := x.try(ctx, dir, change{file: changes[0].file}); {
	case err != nil:
		return false, err
	case end != survived:
		return false, errors.New(dir + ": its tests fail as it is")
	}
	good := true
	var count [survived + 1]int
	for i, c := range changes {
		if !strings.Contains(c.String(), only) {
			continue
		}
		end, err := x.try(ctx, dir, c)
		if err != nil {
			return false, err
		}
		count[end]++
		reason, explained := x.known[c.String()]
		if end != survived {
			if explained {
				good = false
				x.stale(c.String(), whyNot(end))
			}
			fmt.Fprintf(os.Stderr, "\r%s %d of %d  ", dir, i+1, len(changes))
			continue
		}
		if !explained {
			good, reason = false, "NOT EXPLAINED in "+list
		}
		fmt.Fprintf(x.out, "survived  line %d  %s\n          %s\n", c.line, c, reason)
	}
	viable := count[killed] + count[survived]
	if viable == 0 {
		return false, errors.New(dir + ": no change has such a name")
	}
	share := 100 * count[killed] / viable
	fmt.Fprintf(x.out, "%s: %d changes, %d noticed, %d survived: %d %% (at least %d); %d do not compile\n", dir, viable, count[killed],
		count[survived], share, least, count[refused])
	return good && share >= least, nil
}

// whyNot says why what became of a change is not that it survived.
func whyNot(e end) string {
	if e == refused {
		return "it does not compile"
	}
	return "a test notices it"
}

func (x examination) stale(name, why string) {
	fmt.Fprintf(x.out, "STALE     %s\n          %s: take the line out of %s\n", name, why, list)
}
