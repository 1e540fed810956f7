package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/order"
	"github.com/vuelto/vuelto/pkg/recon"
	"github.com/vuelto/vuelto/pkg/settlement"
)

type ordersFlags struct {
	recon.OrdersOptions
	currency, offset, output, lang string
}

func ordersCommand() *cobra.Command {
	var f ordersFlags
	cmd := &cobra.Command{
		Use:   "orders",
		Short: "Hold a shop's orders, and other channels' receipts, against the books",
		Long: `Holds a shop's export of orders (CSV, also .gz or .zip) and the receipts of other channels against the books, by the rules of the
service, and writes summary.json and breaks.csv into a directory: each order and all money about it matched, pending, of a
channel without receipts, or something that somebody must look at, with its class, its numbers and the next step.

The books are those of vuelto recon with one more column, order_reference; without it the reference is the order's. They may
be of any size and are never held in memory; an export has 20,000 lines at most.

Exit status: 0 nothing needs a person, 1 something does (all written), 2 it could not run (the reason is on stderr, and
nothing is written).`,
		Example: "  vuelto orders --shape shopify --orders orders_export.csv --books books.csv --receipts cards.csv --out result",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runOrders(cmd.Context(), cmd.OutOrStdout(), f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.Orders, "orders", "", "the shop's export")
	flags.StringVar(&f.Export.Shape, "shape", "csv", "whose export it is: "+strings.Join(order.Shapes(), ", "))
	flags.StringVar(&f.currency, "currency", "", "of every order, if the export has no column for it")
	flags.StringVar(&f.offset, "offset", "", "what the shop's clock is ahead of UTC, as +08:00, if dates carry none; empty = the networks' time")
	flags.StringVar(&f.Books, "books", "", "our entries, CSV")
	flags.StringVar(&f.Receipts, "receipts", "", "receipts of other channels, CSV with date, channel, amount and currency, and order_reference and id where there are any")
	flags.StringArrayVar(&f.Ours, "ours", []string{"efecty", "pagoefectivo", "vuelto"}, "what the shop calls a payment of the books; may be repeated")
	flags.StringVar(&f.Out, "out", "", "directory for the results")
	flags.BoolVar(&f.Matches, "matches", false, "also write matches.csv")
	flags.StringVarP(&f.output, "output", "o", "table", "what to print: table or json")
	flags.StringVar(&f.lang, "lang", "en", "language of explanations: zh, es or en")
	for _, name := range []string{"orders", "books", "out"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // the flag is defined above
		}
	}
	return cmd
}

func runOrders(ctx context.Context, stdout io.Writer, f ordersFlags) error {
	var err error
	if f.Language, err = settlement.ParseLanguage(f.lang); err != nil {
		return err
	}
	if f.output != "table" && f.output != "json" {
		return fmt.Errorf("-o %q: use table or json", f.output)
	}
	if f.Export.Currency = money.Currency(f.currency); f.currency != "" && !f.Export.Currency.Known() {
		return fmt.Errorf("--currency %q is not known", f.currency)
	}
	if f.offset != "" {
		at, err := time.Parse("Z07:00", f.offset)
		if err != nil {
			return fmt.Errorf("--offset %q: use what the shop's clock is ahead of UTC, such as +08:00", f.offset)
		}
		f.Export.Zone = at.Location()
	}
	result, err := recon.Orders(ctx, f.OrdersOptions)
	if err != nil {
		return err
	}
	defer result.Discard()
	if err := result.Publish(); err != nil {
		return err
	}
	if err := printOrders(stdout, result.Summary, f.output); err != nil {
		return err
	}
	if result.Summary.Broken() {
		return &exitError{1, errors.New("something needs a person: see " + f.Out)}
	}
	return nil
}

func printOrders(to io.Writer, s *recon.OrdersSummary, output string) error {
	if output == "json" {
		text, err := s.JSON()
		if err == nil {
			_, err = to.Write(text)
		}
		return err
	}
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, line := range []struct {
		n    int
		what string
	}{{s.Orders, "orders"}, {s.Entries, "entries"}, {s.Receipts, "receipts"}, {s.Matched, "matched"}, {s.Pending, "pending"},
		{s.Other, "of channels without receipts"}, {s.Review, "to review"}} {
		fmt.Fprintf(w, "%d\t %s\n", line.n, line.what)
	}
	for _, c := range order.Classes() {
		if n := s.Breaks[c]; n > 0 {
			fmt.Fprintf(w, "%d\t   %s\n", n, c)
		}
	}
	return w.Flush()
}
