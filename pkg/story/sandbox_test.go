package story_test

import (
	"fmt"
	"strings"
	"time"
)

// advance moves the world's clock; everything that falls due meanwhile has happened when it returns.
func (s *stack) advance(d time.Duration) {
	s.t.Helper()
	s.want(200, s.do("POST", "/_sandbox/clock", doc{"advance": d.String()}))
}

// settle lets queues empty and callbacks arrive.
func (s *stack) settle() { s.t.Helper(); s.advance(2 * time.Second) }

func (s *stack) now() time.Time {
	s.t.Helper()
	t, err := time.Parse(time.RFC3339Nano, str(s.want(200, s.do("GET", "/_sandbox/clock", nil))["now"]))
	if err != nil {
		s.t.Fatal(err)
	}
	return t
}

// today is the local day in both countries.
func (s *stack) today() string { return s.now().Add(-5 * time.Hour).Format(time.DateOnly) }

// at moves the clock to a local time of a day.
func (s *stack) at(day, local string) {
	s.t.Helper()
	s.want(200, s.do("POST", "/_sandbox/clock", doc{"to": day + "T" + local + ":00-05:00"}))
}

func (s *stack) pay(id string, minor int64) {
	s.t.Helper()
	s.want(200, s.do("POST", "/_sandbox/payments/"+id+"/pay", doc{"amount": minor}))
	s.settle()
}

// move lets a provider do something with a disbursement.
func (s *stack) move(id, verb string) {
	s.t.Helper()
	s.want(200, s.do("POST", "/_sandbox/disbursements/"+id+"/"+verb, nil))
	s.settle()
}

func (s *stack) arm(provider, kind string, count int, on string) {
	s.t.Helper()
	s.want(200, s.do("POST", "/_sandbox/faults", doc{"provider": provider, "kind": kind, "count": count, "on": on}))
}

// closeDay publishes a provider's file of today and returns the day it settles on.
func (s *stack) closeDay(provider string) string {
	s.t.Helper()
	return str(s.want(200, s.do("POST", "/_sandbox/settlements", doc{"provider": provider, "date": s.today()}))["settlement_date"])
}

// live are the entries of a provider's own book about one of our ids that may mean money with the buyer.
func (s *stack) live(provider, ours string) []doc {
	s.t.Helper()
	var alive []doc
	for _, e := range list(s.want(200, s.do("GET", "/_sandbox/ledger/"+provider, nil)), "entries") {
		if str(e["our_reference"]) == ours && !strings.Contains("rejected returned cancelled expired", str(e["status"])) {
			alive = append(alive, e)
		}
	}
	return alive
}

// side is what differs between the two networks of the demo merchant.
type side struct {
	network, store, currency string
	amount                   int64 // of a payment
	part                     int64 // of a refund
	path                     string
	finish                   string // the verb that gives the buyer the money
	sent                     string // the state once the network has it
}

func peru() side {
	return side{"pagoefectivo", "store_pe", "PEN", 12050, 5000, "/v1/refunds", "complete", "accepted"}
}

func colombia() side {
	return side{"efecty", "store_co", "COP", 5000000, 2000000, "/v1/refunds/cash-withdrawal", "collect", "collectable"}
}

func sides() []side { return []side{peru(), colombia()} }

func person() doc {
	return doc{"name": "Juan Pérez", "email": "juan@example.com", "document_type": "CC", "document_number": "1032456789", "phone": "+573001112233"}
}

func (x side) payment(order string, amount int64) doc {
	return doc{"network": x.network, "store": x.store, "order_reference": order, "amount": amount, "currency": x.currency, "payer": person()}
}

func (x side) refund(payment, ours string, amount int64) doc {
	return doc{"payment": payment, "amount": amount, "currency": x.currency, "reason_code": "customer_return", "merchant_refund_id": ours}
}

// voucher creates a payment.
func (s *stack) voucher(x side) string {
	s.t.Helper()
	return str(s.want(201, s.as(ana, "POST", "/v1/payments", x.payment(fmt.Sprintf("A-%d", s.serial.Add(1)), x.amount)))["id"])
}

// paid creates a payment and lets the buyer pay it.
func (s *stack) paid(x side) string {
	s.t.Helper()
	id := s.voucher(x)
	s.pay(id, 0)
	if p := s.get("/v1/payments/" + id); str(p["status"]) != "paid" {
		s.t.Fatalf("not paid: %v", p)
	}
	return id
}

// back asks for a refund.
func (s *stack) back(x side, payment string, amount int64) string {
	s.t.Helper()
	return str(s.want(201, s.as(ana, "POST", x.path, x.refund(payment, fmt.Sprintf("R-%d", s.serial.Add(1)), amount)))["id"])
}

func (s *stack) status(path string) string { s.t.Helper(); return str(s.get(path)["status"]) }

// states are the states a record has been in.
func states(d doc) string {
	var all []string
	for _, h := range list(d, "history") {
		all = append(all, str(h["to"]))
	}
	return strings.Join(all, " ")
}
