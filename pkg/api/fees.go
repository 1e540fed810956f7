package api

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// feesBody is a contract's price list: parts per ten thousand of a movement, minor units, per cent of the fee.
type feesBody struct {
	PerTenThousand         int64 `json:"per_ten_thousand"`
	Fixed                  int64 `json:"fixed"`
	Minimum                int64 `json:"minimum"`
	TaxPerHundred          int64 `json:"tax_per_hundred"`
	WithheldPerTenThousand int64 `json:"withheld_per_ten_thousand"`
	Unit                   int64 `json:"unit"`
}

func renderFees(f settlement.Fees) feesBody {
	return feesBody{f.PerTenThousand, f.Fixed, f.Minimum, f.TaxPerHundred, f.WithheldPerTenThousand, f.Unit}
}

func (b feesBody) fees() settlement.Fees {
	return settlement.Fees{PerTenThousand: b.PerTenThousand, Fixed: b.Fixed, Minimum: b.Minimum, TaxPerHundred: b.TaxPerHundred,
		WithheldPerTenThousand: b.WithheldPerTenThousand, Unit: b.Unit}
}

func (b feesBody) check(f *faults) {
	for _, x := range []struct {
		name        string
		value, most int64
	}{{"per_ten_thousand", b.PerTenThousand, 10_000}, {"withheld_per_ten_thousand", b.WithheldPerTenThousand, 10_000}, {"tax_per_hundred", b.TaxPerHundred, 100},
		{"fixed", b.Fixed, mostFee}, {"minimum", b.Minimum, mostFee}, {"unit", b.Unit, mostFee}} {
		f.check(x.value >= 0 && x.value <= x.most, "field_invalid", "/fees/"+x.name, fmt.Sprint("must be 0 to ", x.most))
	}
	f.check(b != feesBody{}, "field_missing", "/fees", "say what it costs; for nothing, send unit 1")
}

// mostFee bounds what can be a fixed cost, in minor units.
const mostFee = 1_000_000_000

type contractRequest struct {
	Account string          `json:"account"`
	Kind    settlement.Kind `json:"kind"`
	From    string          `json:"from"`
	Fees    feesBody        `json:"fees"`
}

type contractAnswer struct {
	Account   string          `json:"account"`
	Kind      settlement.Kind `json:"kind,omitempty"`
	From      string          `json:"from"`
	Fees      feesBody        `json:"fees"`
	EnteredBy string          `json:"entered_by"`
	EnteredAt string          `json:"entered_at"`
	Before    []pastFees      `json:"before,omitempty"` // what stood there before it was corrected
}

type pastFees struct {
	Fees      feesBody `json:"fees"`
	EnteredBy string   `json:"entered_by"`
	EnteredAt string   `json:"entered_at"`
}

func renderContract(c settlement.Contract) contractAnswer {
	a := contractAnswer{Account: c.Account, Kind: c.Kind, From: c.From.String(), Fees: renderFees(c.Fees), EnteredBy: c.By, EnteredAt: stamp(calendar.Instant(c.At))}
	for _, w := range c.Was {
		a.Before = append(a.Before, pastFees{renderFees(w.Fees), w.By, stamp(calendar.Instant(w.At))})
	}
	return a
}

// putContract enters what an account's movements cost from a day on; its open days from then on are compared again. The same again changes nothing; other fees for a known day
// are refused, unless ?correct=true says that they are meant.
func (s *Server) putContract(r *http.Request, c request.Caller) (any, error) {
	var q contractRequest
	if err := note(r, &q); err != nil {
		return nil, err
	}
	var f faults
	from, err := calendar.Parse(q.From)
	f.check(err == nil, "field_invalid", "/from", "is a day as YYYY-MM-DD")
	f.check(accountOf(c, "", q.Account) == q.Account && q.Account != "", "field_invalid", "/account", "name an account of yours")
	f.check(slices.Contains([]settlement.Kind{"", settlement.KindPayment, settlement.KindRefund, settlement.KindPayout}, q.Kind), "field_invalid", "/kind",
		"must be payment, refund or payout; left out it is all of them")
	q.Fees.check(&f)
	if err := f.err(); err != nil {
		return nil, err
	}
	contract := settlement.Contract{Account: q.Account, Kind: q.Kind, From: from, Fees: q.Fees.fees(), By: c.Key.Person, At: calendar.Millis(s.Now())}
	book, correct := settlement.ContractBook{Store: s.Store}, r.URL.Query().Get("correct") == "true"
	changes, err := book.Changes(r.Context(), c.Merchant.ID, contract, correct)
	if err != nil {
		return nil, err
	}
	keep := func() (err error) {
		contract, err = book.Keep(r.Context(), c.Merchant.ID, contract, correct)
		return err
	}
	if !changes {
		err = keep()
	} else {
		err = s.Uploader.Recompare(r.Context(), c.Merchant.ID, q.Account, from, keep)
	}
	if err != nil {
		return nil, err
	}
	return renderContract(contract), nil
}

// listContracts gives the contracts of an account, or of every account, oldest first.
func (s *Server) listContracts(r *http.Request, c request.Caller) (any, error) {
	query := r.URL.Query()
	accounts := []string{accountOf(c, query.Get("provider"), query.Get("account"))}
	if query.Get("provider")+query.Get("account") == "" {
		accounts = accountsOf(c)
	}
	var f faults
	f.check(!slices.Contains(accounts, ""), "field_invalid", "/account", "name an account of yours, or a provider on which you have one")
	if err := f.err(); err != nil {
		return nil, err
	}
	out := page{Data: []any{}}
	for _, account := range accounts {
		list, err := settlement.ContractBook{Store: s.Store}.Of(r.Context(), c.Merchant.ID, account)
		if err != nil {
			return nil, err
		}
		for _, contract := range list {
			out.Data = append(out.Data, renderContract(contract))
		}
	}
	return out, nil
}

// accountsOf are the caller's accounts, each once.
func accountsOf(c request.Caller) []string {
	var list []string
	for _, shop := range c.Merchant.Stores {
		for _, a := range shop.Accounts {
			if !slices.Contains(list, a.Account) {
				list = append(list, a.Account)
			}
		}
	}
	return list
}
