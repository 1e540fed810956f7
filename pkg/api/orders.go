package api

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/flow/decide"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/order"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// ordersAnswer says what an import came to.
type ordersAnswer struct {
	Orders  int    `json:"orders"`
	Changed int    `json:"changed"` // new, or not as they were brought before
	From    string `json:"from"`
	To      string `json:"to"`
}

// importOrders takes a shop's export, or, with a faulty line, none of it: every one is named. An order is as it was brought last.
func (s *Server) importOrders(r *http.Request, c request.Caller) (any, error) {
	query := r.URL.Query()
	x := order.Export{Shape: query.Get("shape"), Shop: query.Get("shop"), Currency: money.Currency(query.Get("currency"))}
	if x.Shape == "" {
		x.Shape = "csv"
	}
	if x.Shop == "" {
		x.Shop = "shop"
	}
	var f faults
	f.check(slices.Contains(order.Shapes(), x.Shape), "field_invalid", "/shape", fmt.Sprintf("must be one of %v", order.Shapes()))
	f.text("/shop", x.Shop, 1, 40)
	f.check(!strings.Contains(x.Shop, "|"), "field_invalid", "/shop", "must have no bar")
	f.check(x.Currency == "" || x.Currency.Known(), "field_invalid", "/currency", "must be a currency, of an export without a column for it")
	if offset := query.Get("offset"); offset != "" {
		at, err := time.Parse("Z07:00", strings.Replace(offset, " ", "+", 1)) // a plus that came as a blank
		f.check(err == nil, "field_invalid", "/offset", "is what the shop's clock is ahead of UTC, as +08:00")
		x.Zone = at.Location()
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	var err error
	if _, x.Text, err = fileOf(r); err != nil {
		return nil, err
	}
	list, err := order.Read(x)
	if err != nil {
		return nil, invalidFile(err)
	}
	a := ordersAnswer{Orders: len(list)}
	for i, o := range list {
		if day := o.Day.String(); i == 0 {
			a.From, a.To = day, day
		} else {
			a.From, a.To = min(a.From, day), max(a.To, day)
		}
	}
	a.Changed, err = order.Book{Store: s.Store}.Keep(r.Context(), c.Merchant.ID, list, c.Key.Person, calendar.Millis(s.Now()))
	return a, tooMany(err)
}

// importReceipts takes what other channels collected and gave back, or, with a faulty line, none of it. The same lines again change nothing.
func (s *Server) importReceipts(r *http.Request, c request.Caller) (any, error) {
	_, text, err := fileOf(r)
	if err != nil {
		return nil, err
	}
	list, err := order.ReadReceipts(c.Merchant.ID, text)
	if err != nil {
		return nil, invalidFile(err)
	}
	changed, err := order.Book{Store: s.Store}.KeepReceipts(r.Context(), c.Merchant.ID, list, c.Key.Person, calendar.Millis(s.Now()))
	return importAnswer{Written: changed, Known: len(list) - changed}, tooMany(err)
}

// tooMany shows what a day cannot hold as a fault of the file.
func tooMany(err error) error {
	if errors.Is(err, order.ErrTooMany) {
		return invalidFile(err)
	}
	return err
}

// shopLegAnswer is an order with the money that is about it. Amounts are minor units.
type shopLegAnswer struct {
	ID          string          `json:"id"`
	Status      order.Status    `json:"status"`
	Class       order.Class     `json:"class,omitempty"`
	Date        string          `json:"date"`
	Currency    string          `json:"currency"`
	Order       *orderAnswer    `json:"order"`
	Payments    []moneyAnswer   `json:"payments"`
	Receipts    []channelAnswer `json:"receipts"`
	Paid        int64           `json:"paid"`         // as the shop says
	Received    int64           `json:"received"`     // as the books say
	Back        int64           `json:"refunded"`     // as the shop says
	Returned    int64           `json:"given_back"`   // what reached the buyer
	Going       int64           `json:"on_their_way"` // to the buyer
	Explanation string          `json:"explanation"`
	NextAction  string          `json:"next_action"`
	Decision    decisionAnswer  `json:"decision"`
}

type orderAnswer struct {
	Shop     string      `json:"shop"`
	Name     string      `json:"order_reference"`
	State    order.State `json:"status"`
	Total    int64       `json:"total"`
	Discount int64       `json:"discount"`
	Coupon   string      `json:"coupon,omitempty"`
	Method   string      `json:"method,omitempty"`
}

type moneyAnswer struct {
	Payment  string `json:"payment"`
	Order    string `json:"order_reference"`
	Account  string `json:"account"`
	Status   string `json:"status"`
	Amount   int64  `json:"amount"`
	Received int64  `json:"paid_amount"`
	Currency string `json:"currency"`
}

type channelAnswer struct {
	ID       string `json:"id"`
	Date     string `json:"date"`
	Channel  string `json:"channel"`
	Amount   int64  `json:"amount"` // + came in, − was given back
	Currency string `json:"currency"`
}

func (s *Server) renderShopLeg(x decide.Matter, in settlement.Language) shopLegAnswer {
	l := x.Shop
	a := shopLegAnswer{ID: x.ID, Status: l.Status, Class: l.Class, Date: l.Day.String(), Currency: string(l.Currency), Payments: []moneyAnswer{}, Receipts: []channelAnswer{},
		Paid: l.Paid, Received: l.Received, Back: l.Back, Returned: l.Returned, Going: l.Going, Explanation: l.Explain(in), NextAction: l.NextAction(in),
		Decision: renderDecision(x, x.Today(s.decider()))}
	if o := l.Order; o != nil {
		a.Order = &orderAnswer{o.Shop, o.Name, o.State, o.Total, o.Discount, o.Coupon, o.Method}
	}
	for _, m := range l.Money {
		a.Payments = append(a.Payments, moneyAnswer{m.Payment, m.Order, m.Account, m.State, m.Asked, m.Received, string(m.Currency)})
	}
	for _, r := range l.Receipts {
		a.Receipts = append(a.Receipts, channelAnswer{r.ID, r.Day.String(), r.Channel, r.Minor, string(r.Currency)})
	}
	return a
}

// listOrders holds the orders of a span, at most a week, against the books. An answer looks at no more than its function can; the cursor goes on from there,
// also where a filter has let nothing through.
func (s *Server) listOrders(r *http.Request, c request.Caller) (any, error) {
	query := r.URL.Query()
	language, err := languageOf(r)
	if err != nil {
		return nil, err
	}
	x, err := s.shopSpan(query)
	if err != nil {
		return nil, err
	}
	list, next, err := s.Decider.ShopMatters(r.Context(), c.Merchant, x)
	if errors.Is(err, store.ErrInvalid) && x.After != "" {
		var f faults
		f.check(false, "field_invalid", "/cursor", "must be a next_cursor of this list, with the same days")
		return nil, f.err()
	}
	if err != nil {
		return nil, err
	}
	out := page{Data: []any{}}
	for _, x := range list {
		a := s.renderShopLeg(x, language)
		if matches(query, "status", string(a.Status)) && matches(query, "class", string(a.Class)) && matches(query, "decision", string(a.Decision.Status)) {
			out.Data = append(out.Data, a)
		}
	}
	if next != "" {
		cursor := base64.RawURLEncoding.EncodeToString([]byte(next))
		out.HasMore, out.NextCursor = true, &cursor
	}
	return out, nil
}

// shopSpan reads which legs are asked for.
func (s *Server) shopSpan(query url.Values) (decide.Span, error) {
	var f faults
	to, err := calendar.Parse(query.Get("to"))
	f.check(err == nil || query.Get("to") == "", "field_invalid", "/to", "is a day as YYYY-MM-DD")
	from, err := calendar.Parse(query.Get("from"))
	f.check(err == nil || query.Get("from") == "", "field_invalid", "/from", "is a day as YYYY-MM-DD")
	switch {
	case to.IsZero() && !from.IsZero():
		to = from.AddDays(6)
	case to.IsZero():
		to = calendar.On(s.Now(), calendar.Colombia().Zone())
	}
	if from.IsZero() {
		from = to.AddDays(-6)
	}
	f.check(!from.Before(to.AddDays(-6)) && !to.Before(from), "field_invalid", "/from", "must be at most 6 days before /to: ask week by week")
	x := decide.Span{From: from, To: to, Limit: decide.MaxLegs}
	if text := query.Get("limit"); text != "" {
		x.Limit, err = strconv.Atoi(text)
		f.check(err == nil && x.Limit >= 1 && x.Limit <= decide.MaxLegs, "field_invalid", "/limit", fmt.Sprintf("must be from 1 to %d", decide.MaxLegs))
	}
	if text := query.Get("cursor"); text != "" {
		raw, err := base64.RawURLEncoding.DecodeString(text)
		f.check(err == nil && len(raw) > 0, "field_invalid", "/cursor", "must be a next_cursor of this list")
		x.After = string(raw)
	}
	return x, f.err()
}
