package story_test

import (
	"context"
	"testing"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/ledger"
	"github.com/vuelto/vuelto/pkg/payment"
)

// TestTheDayCloses holds three books against each other: what our records' postings say is in the bank, and what the
// settlement files of the day came to, row by row.
func TestTheDayCloses(t *testing.T) {
	t.Parallel()
	s := start(t)
	var postings []ledger.Posting
	var payments, refunds []string
	for _, x := range sides() {
		id := str(s.want(201, s.as(ana, "POST", "/v1/payments", x.payment("books "+x.network, x.amount)))["id"])
		s.pay(id, 0)
		refund := s.back(x, id, x.part)
		s.settle()
		s.move(refund, x.finish)
		payments, refunds = append(payments, id), append(refunds, refund)
	}
	day := ""
	for _, x := range sides() {
		day = s.closeDay(x.network)
	}
	s.at(day, "22:00")
	for _, id := range payments {
		record, err := s.server.World.Store.Get(context.Background(), payment.Key("demo", id))
		if err != nil {
			t.Fatal(err)
		}
		p, err := payment.Decode(record)
		if err != nil {
			t.Fatal(err)
		}
		postings = append(postings, ledger.Payment(payment.Payment{}, p)...)
	}
	for _, id := range refunds {
		record, err := s.server.World.Store.Get(context.Background(), disbursement.Key("demo", id))
		if err != nil {
			t.Fatal(err)
		}
		d, err := disbursement.Decode(record)
		if err != nil {
			t.Fatal(err)
		}
		postings = append(postings, ledger.Disbursement(disbursement.Disbursement{}, d)...)
	}
	net := map[string]int64{}
	for _, r := range list(s.get("/v1/reconciliations?date="+day), "data") {
		for currency, total := range r["totals"].(doc) {
			net[currency] += num(total.(doc)["net"])
		}
	}
	balance, err := ledger.Balance(postings)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, p := range balance {
		currency := string(p.Amount.Currency())
		switch p.Account {
		case ledger.Bank:
			seen++
			if p.Amount.Minor() != net[currency] {
				t.Errorf("%s: our records have %s in the bank, the files come to %d", currency, p.Amount, net[currency])
			}
		case ledger.Receivable, ledger.Owed:
			if !p.Amount.IsZero() {
				t.Errorf("%s: %s is still %s after the day has closed", currency, p.Amount, p.Account)
			}
		}
	}
	if seen != 2 {
		t.Errorf("%d currencies in the bank, want 2: %v", seen, balance)
	}
}
