package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/csvsettlement"
	"github.com/vuelto/vuelto/pkg/settlement"
)

type previewFlags struct {
	mapping, network, output string
	rows                     int
}

func settlementCommand() *cobra.Command {
	group := &cobra.Command{Use: "settlement", Short: "Settlement files of providers that publish no layout"}
	var f previewFlags
	cmd := &cobra.Command{
		Use:   "preview FILE",
		Short: "Show how a settlement file would be understood, and store nothing",
		Long: `Reads the first rows of a settlement file by a mapping, which is a JSON object of the account's settlement_… settings
(columns, types, decimal mark, dates, encoding …); without one the file must have the generic columns. The file may be CSV,
TSV or any separated text, a workbook (.xlsx), or one of these in .gz or .zip. Nothing is stored and nothing is asked.

Exit status: 0 every row that is shown can be read, 1 some cannot (each says why), 2 the file or the mapping cannot be.`,
		Example: "  vuelto settlement preview --mapping mapping.json --network efecty report.xlsx",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.preview(cmd.OutOrStdout(), args[0])
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.mapping, "mapping", "", "JSON object of settlement_… settings")
	flags.StringVar(&f.network, "network", "efecty", "efecty or pagoefectivo: the zone of dates that name none")
	flags.StringVarP(&f.output, "output", "o", "table", "what to print: table or json")
	flags.IntVar(&f.rows, "rows", 10, "how many rows to show")
	group.AddCommand(cmd)
	return group
}

func (f previewFlags) preview(out io.Writer, path string) error {
	if f.output != "table" && f.output != "json" {
		return fmt.Errorf("-o %q: use table or json", f.output)
	}
	layout, err := f.layout()
	if err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	p, err := csvsettlement.DryRun(file, layout, f.rows)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	printed := previewTable
	if f.output == "json" {
		printed = previewJSON
	}
	if err := printed(out, p); err != nil {
		return err
	}
	if p.Readable < len(p.Rows) {
		return &exitError{1, fmt.Errorf("%d of %d rows cannot be read", len(p.Rows)-p.Readable, len(p.Rows))}
	}
	return nil
}

// layout is what an account with these settings would read its files by.
func (f previewFlags) layout() (csvsettlement.Layout, error) {
	country, err := calendar.ByNetwork(f.network)
	if err != nil {
		return csvsettlement.Layout{}, err
	}
	settings := map[string]string{}
	if f.mapping != "" {
		raw, err := os.ReadFile(f.mapping)
		if err != nil {
			return csvsettlement.Layout{}, err
		}
		if err := provider.DecodeJSON(raw, &settings); err != nil {
			return csvsettlement.Layout{}, fmt.Errorf("%s: must be a JSON object of texts: %w", f.mapping, err)
		}
		for name := range settings {
			if !csvsettlement.Knows(name) {
				return csvsettlement.Layout{}, fmt.Errorf("%s: no setting %q; there are %s", f.mapping, name, strings.Join(csvsettlement.Settings(), ", "))
			}
		}
	}
	return csvsettlement.Configure(settings, csvsettlement.Layout{Zone: country.Zone()})
}

type previewRow struct {
	Line        int    `json:"line"`
	Type        string `json:"type,omitempty"`
	Transaction string `json:"transaction_id,omitempty"`
	Reference   string `json:"reference,omitempty"`
	Amount      string `json:"amount,omitempty"`
	Fee         string `json:"fee,omitempty"`
	Tax         string `json:"tax,omitempty"`
	Net         string `json:"net,omitempty"`
	Currency    string `json:"currency,omitempty"`
	At          string `json:"at,omitempty"`
	Status      string `json:"status,omitempty"`
	Unreadable  string `json:"unreadable,omitempty"`
}

func previewOf(r settlement.Row) previewRow {
	if r.Unreadable != "" {
		return previewRow{Line: r.Line, Unreadable: r.Unreadable}
	}
	exponent, err := r.Currency.Exponent()
	if err != nil {
		exponent = 2 // of a currency that our books do not know
	}
	text := func(minor int64) string { return money.FormatMinor(minor, exponent) }
	return previewRow{Line: r.Line, Type: string(r.Type), Transaction: r.TransactionID, Reference: r.Reference, Amount: text(r.Amount),
		Fee: text(r.Fee), Tax: text(r.Tax), Net: text(r.Net), Currency: string(r.Currency), At: r.At.Format(time.RFC3339), Status: r.Status}
}

func previewJSON(out io.Writer, p csvsettlement.Preview) error {
	shown := struct {
		Header  []string          `json:"header"`
		Columns map[string]string `json:"columns"`
		Rows    []previewRow      `json:"rows"`
	}{p.Header, map[string]string{}, []previewRow{}}
	for _, c := range p.Columns {
		shown.Columns[c[0]] = c[1]
	}
	for _, r := range p.Rows {
		shown.Rows = append(shown.Rows, previewOf(r))
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(shown)
}

func previewTable(out io.Writer, p csvsettlement.Preview) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	var faults []error
	line := func(cells ...string) {
		_, err := fmt.Fprintln(w, strings.Join(cells, "\t"))
		faults = append(faults, err)
	}
	for _, c := range p.Columns {
		line(c[0], "from "+c[1])
	}
	line()
	line("line", "type", "transaction", "reference", "amount", "fee", "tax", "net", "", "at", "status")
	for _, r := range p.Rows {
		v := previewOf(r)
		if v.Unreadable != "" {
			line(fmt.Sprint(v.Line), "cannot be read: "+v.Unreadable)
			continue
		}
		line(fmt.Sprint(v.Line), v.Type, v.Transaction, v.Reference, v.Amount, v.Fee, v.Tax, v.Net, v.Currency, v.At, v.Status)
	}
	return errors.Join(append(faults, w.Flush())...)
}
