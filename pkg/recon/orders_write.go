package recon

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/money"
	shop "github.com/vuelto/vuelto/pkg/order"
)

// OrdersSummary is summary.json of orders: every order, and all money that is about one or came on its days, is in one of the legs that are counted.
type OrdersSummary struct {
	Orders   int                `json:"orders"`
	Entries  int                `json:"entries"` // of the books
	Receipts int                `json:"receipts"`
	Matched  int                `json:"matched"` // legs
	Pending  int                `json:"pending"`
	Other    int                `json:"other"`  // of channels of which there are no receipts
	Review   int                `json:"review"` // a person says what is meant
	Breaks   map[shop.Class]int `json:"breaks"` // legs to review included
	Digests  map[string]string  `json:"digests"`
	Engine   string             `json:"engine"`

	paths map[string]string // by base name
}

// Broken says that somebody must look at something.
func (s *OrdersSummary) Broken() bool { return len(s.Breaks) > 0 }

// JSON is the summary as it is written.
func (s *OrdersSummary) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(s, "", "  ")
	return append(text, '\n'), err
}

// OrdersResult is a comparison whose outputs are written but not published yet.
type OrdersResult struct {
	Summary *OrdersSummary
	outputs *outputs
}

// Publish puts all outputs into their directory. Nothing is there before.
func (r *OrdersResult) Publish() error { return r.outputs.publish() }

// Discard removes what Publish has not put in place.
func (r *OrdersResult) Discard() { r.outputs.discard() }

func (s *OrdersSummary) write(o OrdersOptions, legs []shop.Leg) (*OrdersResult, error) {
	var broken, calm []shop.Leg
	for _, l := range legs {
		switch l.Status {
		case shop.Matched:
			s.Matched++
		case shop.Pending:
			s.Pending++
		case shop.Other:
			s.Other++
		case shop.Review:
			s.Review++
		}
		if l.Class != "" {
			s.Breaks[l.Class]++
			broken = append(broken, l)
		} else {
			calm = append(calm, l)
		}
	}
	out, err := newOutputs(o.Out)
	if err != nil {
		return nil, err
	}
	r := &OrdersResult{s, out}
	err = out.write("breaks.csv", func(w io.Writer) error { return legsTable(w, broken, o) })
	if err == nil && o.Matches {
		err = out.write("matches.csv", func(w io.Writer) error { return legsTable(w, calm, o) })
	}
	if err == nil {
		err = out.write("summary.json", func(w io.Writer) error {
			text, err := s.JSON()
			if err == nil {
				_, err = w.Write(text)
			}
			return err
		})
	}
	if err != nil {
		r.Discard()
		return nil, err
	}
	return r, nil
}

// legsTable writes legs in their order: by day, and by what they are about. Cells that a spreadsheet would run are neutralised.
func legsTable(to io.Writer, legs []shop.Leg, o OrdersOptions) error {
	w := csv.NewWriter(to)
	if err := w.Write([]string{"class", "status", "date", "order_reference", "entries", "receipts", "currency", "paid", "received", "refunded", "given_back", "on_their_way",
		"explanation", "next_action"}); err != nil {
		return err
	}
	for _, l := range legs {
		name, entries := "", make([]string, 0, len(l.Money))
		if l.Order != nil {
			name = l.Order.Name
		} else if len(l.Money) > 0 {
			name = l.Money[0].Name()
		}
		for _, m := range l.Money {
			entries = append(entries, m.Payment)
		}
		row := []string{string(l.Class), string(l.Status), l.Day.String(), file.Harmless(name), file.Harmless(strings.Join(entries, " ")), strconv.Itoa(len(l.Receipts)), string(l.Currency)}
		exponent, err := l.Currency.Exponent()
		if err != nil {
			return err
		}
		for _, minor := range []int64{l.Paid, l.Received, l.Back, l.Returned, l.Going} {
			row = append(row, money.FormatMinor(minor, exponent))
		}
		if err := w.Write(append(row, file.Harmless(l.Explain(o.Language)), file.Harmless(l.NextAction(o.Language)))); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
