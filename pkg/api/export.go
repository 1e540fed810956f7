package api

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/store"
)

type shapesAnswer struct {
	Data   []merchant.Shape `json:"data"`
	Fields []string         `json:"fields"` // what a column can show
}

func (s *Server) shapes(r *http.Request, tenant string) (merchant.Shapes, error) {
	record, err := s.Store.Get(r.Context(), merchant.ShapesKey(tenant))
	if errors.Is(err, store.ErrNotFound) {
		return merchant.Shapes{}, nil
	}
	if err != nil {
		return merchant.Shapes{}, err
	}
	return merchant.DecodeShapes(record)
}

// listShapes gives a merchant's own shapes, then the examples that every merchant has.
func (s *Server) listShapes(r *http.Request, c request.Caller) (any, error) {
	own, err := s.shapes(r, c.Merchant.ID)
	if err != nil {
		return nil, err
	}
	return shapesAnswer{append(own.List, merchant.Examples()...), merchant.Fields()}, nil
}

// putShape keeps a shape under its name, in the place of the one that has it.
func (s *Server) putShape(r *http.Request, c request.Caller) (any, error) {
	var q merchant.Shape
	if err := note(r, &q); err != nil {
		return nil, err
	}
	var f faults
	f.text("/name", q.Name, 1, 40)
	for _, wrong := range q.Faults() {
		f.check(false, "field_invalid", wrong[0], wrong[1])
	}
	for i, column := range q.Columns {
		f.text(fmt.Sprintf("/columns/%d/title", i), column.Title, 1, 80)
		f.text(fmt.Sprintf("/columns/%d/text", i), column.Text, 0, 80)
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	for range 20 {
		own, err := s.shapes(r, c.Merchant.ID)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(own.List, func(x merchant.Shape) bool { return x.Name == q.Name })
		switch {
		case i >= 0:
			own.List[i] = q
		case len(own.List) >= merchant.MaxShapes:
			return nil, fmt.Errorf("%w: a merchant has at most %d shapes", request.ErrLimit, merchant.MaxShapes)
		default:
			own.List = append(own.List, q)
		}
		if err = s.Store.Commit(r.Context(), store.Put{Record: merchant.EncodeShapes(c.Merchant.ID, own)}); !store.IsConflict(err) {
			return q, err
		}
	}
	return nil, store.ErrBusy
}

// secondMonth begins the cursor of a day's rows in the second of two months: lists are kept by months of UTC.
const secondMonth = "2."

// exportRows bounds one answer: an answer of a function may have six megabytes, and a row less than one kilobyte.
const exportRows = 5000

// exportCSV is what was asked for on a local day, oldest first, in a shape. A file of more rows than an answer carries says
// where the next part is.
func (s *Server) exportCSV(r *http.Request, c request.Caller) (any, error) {
	query := r.URL.Query()
	var f faults
	date, err := calendar.Parse(r.PathValue("date"))
	f.check(err == nil, "field_invalid", "/date", "is a day as YYYY-MM-DD")
	of, known := exported()[query.Get("of")]
	f.check(known, "field_invalid", "/of", "must be payments, refunds or payouts")
	own, err := s.shapes(r, c.Merchant.ID)
	if err != nil {
		return nil, err
	}
	shape, found := own.Find(query.Get("shape"))
	f.check(found, "field_invalid", "/shape", "must be a shape that GET /v1/export-shapes lists")
	cursor := query.Get("cursor")
	_, _, err = store.Query{Index: store.List, PK: "any", After: strings.TrimPrefix(cursor, secondMonth)}.Start()
	f.check(err == nil, "field_invalid", "/cursor", "must be as the link to the next part has it")
	if err := f.err(); err != nil {
		return nil, err
	}
	zone := calendar.Colombia().Zone() // both countries keep one time
	from, until := date.Start(zone).UTC(), date.AddDays(1).Start(zone).UTC()
	d := download{contentType: "text/csv; charset=utf-8", name: fmt.Sprintf("%s-%s-%s.csv", query.Get("of"), date, shape.Name)}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.Comma = map[string]rune{"comma": ',', "semicolon": ';', "tab": '\t'}[shape.Separator]
	titles := make([]string, len(shape.Columns))
	for i, column := range shape.Columns {
		titles[i] = file.Harmless(column.Title)
	}
	_ = w.Write(titles)
	next, err := s.eachListed(r, of.partitions(c.Merchant.ID, from, until), from, until, cursor, func(record store.Record) error {
		e, err := of.read(record)
		if err == nil {
			_ = w.Write(e.in(shape, zone))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if w.Flush(); next != "" {
		d.next = fmt.Sprintf("/v1/days/%s/export.csv?of=%s&shape=%s&cursor=%s", date, query.Get("of"), url.QueryEscape(shape.Name), url.QueryEscape(next))
	}
	d.body = out.Bytes()
	return d, nil
}

// eachListed hands over what was created from an instant until another, oldest first, and says where it stopped.
func (s *Server) eachListed(r *http.Request, partitions []string, from, until time.Time, cursor string, each func(store.Record) error) (string, error) {
	const layout = "2006-01-02T15:04:05.000Z"
	rows := 0
	month, after := 0, cursor
	if rest, second := strings.CutPrefix(cursor, secondMonth); second && len(partitions) > 1 {
		month, after = 1, rest
	}
	for ; month < len(partitions); month, after = month+1, "" {
		q := store.Query{Index: store.List, PK: partitions[month], From: from.Format(layout), To: until.Add(-time.Millisecond).Format(layout) + "|~", After: after}
		for {
			page, err := s.Store.Query(r.Context(), q)
			if err != nil {
				return "", err
			}
			for _, record := range page.Records {
				if err := each(record); err != nil {
					return "", err
				}
				rows++
			}
			if q.After = page.Next; q.After == "" {
				break
			}
			if rows >= exportRows {
				return strings.Repeat(secondMonth, month) + q.After, nil
			}
		}
	}
	return "", nil
}

// source is one of the lists that can be exported.
type source struct {
	partition func(tenant string, month time.Time) string
	read      func(store.Record) (entry, error)
}

// partitions are the months that an interval of a day touches.
func (s source) partitions(tenant string, from, until time.Time) []string {
	all := []string{s.partition(tenant, from)}
	if last := s.partition(tenant, until.Add(-time.Millisecond)); last != all[0] {
		all = append(all, last)
	}
	return all
}

func exported() map[string]source {
	disbursements := func(kind disbursement.Kind) source {
		return source{func(tenant string, month time.Time) string { return disbursement.ListPartition(tenant, kind, month) },
			func(record store.Record) (entry, error) {
				d, err := disbursement.Decode(record)
				return entry{kind: string(d.Kind), id: d.ID, order: d.Order, payment: d.Payment, reference: d.MerchantRef, store: d.Store, network: d.Network,
					provider: d.Provider, account: d.Account, amount: d.Amount, fee: d.Fee, out: true, status: string(d.State), reason: d.Reason, created: d.CreatedAt,
					paid: d.PaidAt, settled: d.SettledOn}, err
			}}
	}
	return map[string]source{"refunds": disbursements(disbursement.Refund), "payouts": disbursements(disbursement.Payout),
		"payments": {payment.ListPartition, func(record store.Record) (entry, error) {
			p, err := payment.Decode(record)
			e := entry{kind: "payment", id: p.ID, order: p.Order, payment: p.ID, store: p.Store, network: p.Network, provider: p.Provider, account: p.Account,
				amount: p.Amount, status: string(p.State), created: p.CreatedAt, paid: p.PaidAt()}
			for _, receipt := range p.Receipts {
				e.fee, e.settled = e.fee+receipt.Fee, receipt.SettledOn
			}
			return e, err
		}}}
}

// entry is one row before it has a shape. Amounts are as a person reads them; what goes out costs its fee besides.
type entry struct {
	kind, id, order, payment, reference, store, network, provider, account, status, reason string

	amount        money.Amount
	fee           int64
	out           bool
	created, paid time.Time
	settled       calendar.Date
}

// in is the entry's row in a shape.
func (e entry) in(s merchant.Shape, zone *time.Location) []string {
	layout := strings.NewReplacer("YYYY", "2006", "MM", "01", "DD", "02").Replace(s.Dates)
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(zone).Format(layout + " 15:04:05")
	}
	sum := func(minor int64) string {
		text, err := money.New(minor, e.amount.Currency()).Decimal(2)
		if err != nil {
			return ""
		}
		if s.Decimal == "comma" {
			text = strings.Replace(text, ".", ",", 1)
		}
		return text
	}
	net := e.amount.Minor() - e.fee
	if e.out {
		net = e.amount.Minor() + e.fee
	}
	settled := ""
	if !e.settled.IsZero() {
		settled = e.settled.Start(zone).Format(layout)
	}
	values := map[string]string{"kind": e.kind, "id": e.id, "order_reference": e.order, "payment": e.payment, "merchant_reference": e.reference,
		"store": e.store, "network": e.network, "provider": e.provider, "account": e.account, "amount": sum(e.amount.Minor()),
		"currency": string(e.amount.Currency()), "fee": sum(e.fee), "net": sum(net), "status": e.status, "reason": e.reason,
		"created_at": at(e.created), "paid_at": at(e.paid), "settled_on": settled}
	row := make([]string, len(s.Columns))
	for i, column := range s.Columns {
		row[i] = column.Text
		if column.Field != "" {
			row[i] = values[column.Field]
		}
		if !slices.Contains([]string{"amount", "fee", "net"}, column.Field) { // a number may begin with its sign
			row[i] = file.Harmless(row[i])
		}
	}
	return row
}
