package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/store"
)

// searchAnswer is everything that a mark somebody has in hand belongs to.
type searchAnswer struct {
	Query string        `json:"query"`
	Data  []foundAnswer `json:"data"`
	// Complete says that no older record can have the mark: it is one that is looked up, not looked for.
	Complete bool `json:"complete"`
}

// foundAnswer is one thing with what hangs on it: a payment with its refunds, a refund with its payment.
type foundAnswer struct {
	Type           string                `json:"type"`
	MatchedBy      string                `json:"matched_by"`
	Payment        *paymentAnswer        `json:"payment,omitempty"`
	Refunds        []disbursementAnswer  `json:"refunds,omitempty"`
	Payout         *disbursementAnswer   `json:"payout,omitempty"`
	Reconciliation *reconciliationAnswer `json:"reconciliation,omitempty"`
	Request        *askedAnswer          `json:"request,omitempty"`
}

// searchMonths and searchScan bound what is looked through for a mark that no key is made of: a provider's own id of a
// refund or of an answer, a piece of evidence, the visible end of a document number.
const (
	searchMonths = 3
	searchScan   = 2000
)

// search finds what a mark belongs to. Marks that keys are made of are looked up, at any age; then recent records are looked
// through for the others.
func (s *Server) search(r *http.Request, c request.Caller) (any, error) {
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	var f faults
	f.check(utf8.RuneCountInString(q) >= 3 && utf8.RuneCountInString(q) <= 200 && showable(q), "field_invalid", "/q",
		"must have 3 to 200 printable characters")
	if err := f.err(); err != nil {
		return nil, err
	}
	x := &searcher{server: s, request: r, caller: c, q: q, seen: map[string]bool{}, out: searchAnswer{Query: q, Data: []foundAnswer{}}}
	if err := x.asked(r.Context()); err != nil {
		return nil, err
	}
	// What a request did beside money does not end the search: the same id or trace may have moved money, too.
	beside := len(x.out.Data)
	if at, ok := askedAt(q); ok {
		if err := x.around(r.Context(), at); err != nil || len(x.out.Data) > beside {
			return x.out, err
		}
	}
	if err := x.lookUp(r.Context()); err != nil {
		return nil, err
	}
	x.out.Complete = len(x.out.Data) > beside
	if !x.out.Complete {
		if err := x.lookThrough(r.Context()); err != nil {
			return nil, err
		}
	}
	return x.out, nil
}

type searcher struct {
	server  *Server
	request *http.Request
	caller  request.Caller
	q       string
	seen    map[string]bool
	out     searchAnswer
}

// lookUp tries every key that the mark can be a part of.
func (x *searcher) lookUp(ctx context.Context) error {
	tenant := x.caller.Merchant.ID
	for _, try := range []struct {
		by  string
		key store.Key
	}{
		{"id", payment.Key(tenant, x.q)}, {"id", disbursement.Key(tenant, x.q)}, {"id", reconciliation.Key(tenant, x.q)},
		{"order_reference", payment.Key(tenant, payment.ID(tenant, x.q))},
		{"merchant_refund_id", disbursement.Key(tenant, disbursement.RefundID(tenant, x.q))},
		{"merchant_payout_id", disbursement.Key(tenant, disbursement.PayoutID(tenant, x.q))},
	} {
		if err := x.at(ctx, try.by, try.key); err != nil {
			return err
		}
	}
	for _, shop := range x.caller.Merchant.Stores {
		for _, a := range shop.Accounts {
			if err := x.ofAccount(ctx, a); err != nil {
				return err
			}
		}
	}
	return nil
}

// ofAccount follows the records that lead from a provider's marks to ours.
func (x *searcher) ofAccount(ctx context.Context, a merchant.AccountRef) error {
	tenant := x.caller.Merchant.ID
	for _, try := range []struct {
		by   string
		from store.Key
		to   func(tenant, id string) store.Key
	}{
		{"reference", payment.ReferenceKey(tenant, a.Account, x.q), payment.Key},
		{"network_transaction_id", payment.TransactionKey(tenant, a.Account, x.q), payment.Key},
		{"network_reference", disbursement.ReferenceKey(tenant, a.Account, x.q), disbursement.Key},
	} {
		pointer, err := x.server.Store.Get(ctx, try.from)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if err := x.at(ctx, try.by, try.to(tenant, payment.DecodePointer(pointer))); err != nil {
			return err
		}
	}
	return nil
}

// at adds what a key has, if anything.
func (x *searcher) at(ctx context.Context, by string, key store.Key) error {
	if x.seen[key.String()] {
		return nil
	}
	record, err := x.server.Store.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	x.seen[key.String()] = true
	return x.add(by, record)
}

func (x *searcher) add(by string, record store.Record) error {
	found := foundAnswer{MatchedBy: by}
	switch record.Key.SK {
	case payment.SK:
		return x.addPayment(found, record)
	case disbursement.SK:
		d, err := disbursement.Decode(record)
		if err != nil {
			return err
		}
		view := x.server.renderDisbursement(d)
		if d.Kind == disbursement.Payout {
			found.Type, found.Payout = "payout", &view
			break
		}
		found.Type, found.Refunds = "refund", []disbursementAnswer{view}
		p, err := x.server.Requester.FindPayment(x.request.Context(), x.caller, d.Payment)
		if err != nil {
			return err
		}
		of, err := x.server.paymentView(x.request, p)
		if err != nil {
			return err
		}
		found.Payment = &of
	case reconciliation.SK:
		rec, err := reconciliation.Decode(record)
		if err != nil {
			return err
		}
		view := renderReconciliation(rec)
		found.Type, found.Reconciliation = "reconciliation", &view
	default:
		return nil
	}
	x.out.Data = append(x.out.Data, found)
	return nil
}

// addPayment adds a payment with all that was asked back of it.
func (x *searcher) addPayment(found foundAnswer, record store.Record) error {
	p, err := payment.Decode(record)
	if err != nil {
		return err
	}
	view, err := x.server.paymentView(x.request, p)
	if err != nil {
		return err
	}
	found.Type, found.Payment, found.Refunds = "payment", &view, []disbursementAnswer{}
	for _, id := range p.Refunds {
		d, err := x.server.Requester.Find(x.request.Context(), x.caller, disbursement.Refund, id)
		if err != nil {
			return err
		}
		found.Refunds = append(found.Refunds, x.server.renderDisbursement(d))
	}
	x.out.Data = append(x.out.Data, found)
	return nil
}

// lookThrough reads the newest records, month by month, for the mark.
func (x *searcher) lookThrough(ctx context.Context) error {
	tenant, scanned := x.caller.Merchant.ID, 0
	month := x.server.Now()
	for range searchMonths {
		for _, pk := range []string{disbursement.ListPartition(tenant, disbursement.Refund, month),
			disbursement.ListPartition(tenant, disbursement.Payout, month), payment.ListPartition(tenant, month)} {
			for after := ""; scanned < searchScan; {
				page, err := x.server.Store.Query(ctx, store.Query{Index: store.List, PK: pk, After: after, Limit: 100, Descending: true})
				if err != nil {
					return err
				}
				for _, record := range page.Records {
					scanned++
					if by := x.bears(record); by != "" {
						if err := x.add(by, record); err != nil || len(x.out.Data) == maxLimit {
							return err
						}
					}
				}
				if after = page.Next; after == "" {
					break
				}
			}
		}
		month = firstOf(month).Add(-time.Hour)
	}
	return nil
}

// bears says by what a record has the mark; empty if it has not.
func (x *searcher) bears(record store.Record) string {
	if record.Key.SK == payment.SK {
		p, err := payment.Decode(record)
		if err != nil {
			return ""
		}
		for _, step := range p.History {
			if by := x.led(step.Trail, step.Evidence); by != "" {
				return by
			}
		}
		return x.person(p.Payer)
	}
	d, err := disbursement.Decode(record)
	if err != nil {
		return ""
	}
	if d.Reference == x.q {
		return "network_reference"
	}
	for _, a := range d.Attempts {
		if a.ResponseID == x.q {
			return "response_id"
		}
	}
	for _, step := range d.History {
		if by := x.led(step.Trail, step.Evidence); by != "" {
			return by
		}
	}
	return x.person(d.Beneficiary)
}

// led says by what a step has the mark.
func (x *searcher) led(trail identity.Trail, evidence string) string {
	if by := trail.Bears(x.q); by != "" {
		return by
	}
	if strings.Contains(evidence, x.q) {
		return "evidence"
	}
	return ""
}

// person finds a document by its number, or by what its mask shows of it.
func (x *searcher) person(p identity.Person) string {
	if n := p.DocumentNumber; n != "" && (n.Reveal() == x.q || n.Mask() == x.q && n.Mask() != "****") {
		return "document_number"
	}
	return ""
}
