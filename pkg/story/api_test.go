package story_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"
)

// with is a body with some fields changed; nil takes one away.
func with(body doc, changes ...any) doc {
	changed := maps.Clone(body)
	for i := 0; i+1 < len(changes); i += 2 {
		changed[changes[i].(string)] = changes[i+1]
		if changes[i+1] == nil {
			delete(changed, changes[i].(string))
		}
	}
	return changed
}

type refusal struct {
	name   string
	body   doc
	status int
	code   string
}

func (s *stack) refuses(path string, cases []refusal) {
	s.t.Helper()
	for _, c := range cases {
		r := s.as(ana, "POST", path, c.body)
		if fault := r.problem(c.status, c.code); fault != "" {
			s.t.Errorf("%s %s: %s", path, c.name, fault)
		}
		p := r.doc(s.t)
		if errors := list(p, "errors"); str(p["detail"]) == "" && (len(errors) == 0 || !strings.HasPrefix(str(errors[0]["pointer"]), "/")) {
			s.t.Errorf("%s %s: neither a field is named nor a reason: %s", path, c.name, r.body)
		}
	}
}

func TestPaymentsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	good, cop := peru().payment("B-1", 1000), colombia().payment("B-2", 100000)
	s.refuses("/v1/payments", []refusal{
		{"unknown network", with(good, "network", "western"), 422, "network_unknown"},
		{"network of the other store", with(good, "network", "efecty"), 422, "network_unknown"},
		{"provider that is none", with(good, "provider", "stripe"), 422, "network_unknown"},
		{"provider of the other network", with(good, "provider", "efecty"), 422, "network_unknown"},
		{"unknown store", with(good, "store", "store_xx"), 422, "store_unknown"},
		{"no store", with(good, "store", nil), 422, "field_missing"},
		{"no order", with(good, "order_reference", nil), 422, "field_missing"},
		{"long order", with(good, "order_reference", strings.Repeat("x", 65)), 422, "field_invalid"},
		{"control characters", with(good, "order_reference", "A\n1"), 422, "field_invalid"},
		{"wrong currency", with(good, "currency", "COP"), 422, "currency_mismatch"},
		{"unknown currency", with(good, "currency", "XXX"), 422, "currency_mismatch"},
		{"lower-case currency", with(good, "currency", "pen"), 422, "currency_mismatch"},
		{"zero", with(good, "amount", 0), 422, "amount_invalid"},
		{"no amount", with(good, "amount", nil), 422, "amount_invalid"},
		{"negative", with(good, "amount", -100), 422, "amount_invalid"},
		{"huge", with(good, "amount", int64(1)<<62), 422, "amount_invalid"},
		{"beyond 64 bits", with(good, "amount", json.Number("100000000000000000000000000")), 400, "malformed_json"},
		{"fractional", with(good, "amount", json.Number("10.5")), 400, "malformed_json"},
		{"whole but dotted", with(good, "amount", json.Number("10.0")), 400, "malformed_json"},
		{"exponent", with(good, "amount", json.Number("1e3")), 400, "malformed_json"},
		{"text", with(good, "amount", "1000"), 400, "malformed_json"},
		{"centavos where there are none", with(cop, "amount", 100050), 422, "amount_invalid"},
		{"no hours", with(good, "expires_in_hours", 0), 422, "field_invalid"},
		{"too many hours", with(good, "expires_in_hours", 241), 422, "field_invalid"},
		{"long name", with(good, "payer", doc{"name": strings.Repeat("x", 121)}), 422, "field_invalid"},
		{"a name of ten thousand marks", with(good, "payer", doc{"name": "A" + strings.Repeat("\u0301", 10_000)}), 422, "field_invalid"},
		{"a name of two lines", with(good, "payer", doc{"name": "Ana\r\nBcc: all@example.pe"}), 422, "field_invalid"},
		{"unknown field", with(good, "ammount", 3), 400, "unknown_field"},
		{"unknown field inside", with(good, "payer", doc{"nome": "x"}), 400, "unknown_field"},
	})
	s.want(201, s.as(ana, "POST", "/v1/payments", good))
	if data := list(s.get("/v1/payments"), "data"); len(data) != 1 {
		t.Errorf("refusals left %d payments behind", len(data)-1)
	}
}

func TestRefundsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	pe, co, open := s.paid(peru()), s.paid(colombia()), s.voucher(peru())
	good, cash := peru().refund(pe, "B-1", 100), colombia().refund(co, "B-2", 1000000)
	s.refuses("/v1/refunds", []refusal{
		{"no payment", with(good, "payment", nil), 422, "field_missing"},
		{"unknown payment", with(good, "payment", "pay_00000000000000000000000000"), 404, "not_found"},
		{"a refund's id", with(good, "payment", "rf_00000000000000000000000000"), 404, "not_found"},
		{"not paid", with(good, "payment", open), 409, "payment_not_paid"},
		{"wrong currency", with(good, "currency", "USD"), 422, "currency_mismatch"},
		{"zero", with(good, "amount", 0), 422, "amount_invalid"},
		{"negative", with(good, "amount", -1), 422, "amount_invalid"},
		{"fractional", with(good, "amount", json.Number("0.5")), 400, "malformed_json"},
		{"huge", with(good, "amount", int64(9e18)), 422, "amount_invalid"},
		{"more than paid", with(good, "amount", peru().amount+1), 422, "amount_exceeds_refundable"},
		{"no reason", with(good, "reason_code", nil), 422, "reason_code_invalid"},
		{"unknown reason", with(good, "reason_code", "because"), 422, "reason_code_invalid"},
		{"other without words", with(good, "reason_code", "other"), 422, "reason_code_invalid"},
		{"no id of its own", with(good, "merchant_refund_id", nil), 422, "field_missing"},
		{"other order", with(good, "order_reference", "Z-9"), 422, "order_mismatch"},
		{"other transaction", with(good, "original_transaction_id", "123"), 422, "order_mismatch"},
		{"transaction without its provider", with(good, "payment", nil, "original_transaction_id", "123"), 422, "field_missing"},
		{"unknown transaction", with(good, "payment", nil, "provider", "pagoefectivo", "original_transaction_id", "123"), 404, "not_found"},
		{"route that is none", with(good, "route", "teleport"), 422, "route_unavailable"},
		{"route not offered", with(good, "route", "cash_withdrawal"), 422, "route_unavailable"},
		{"original where there is none", with(cash, "route", "original"), 422, "route_unavailable"},
		{"cash below the minimum", with(cash, "amount", 900000), 422, "limit_exceeded"},
		{"centavos", with(cash, "amount", 1000050), 422, "amount_invalid"},
	})
	s.refuses("/v1/refunds/cash-withdrawal", []refusal{
		{"another route asked", with(cash, "route", "original"), 422, "route_unavailable"},
		{"network without cash", good, 422, "route_unavailable"},
		{"no document", with(cash, "beneficiary", doc{"name": "Juan"}), 422, "person_incomplete"},
		{"a name of ten thousand marks", with(cash, "beneficiary", with(person(), "name", "A"+strings.Repeat("\u0301", 10_000))), 422, "field_invalid"},
	})
	// Whoever paid is who gets it back, unless the merchant names somebody; where neither is known there is nobody to pay.
	nameless := str(s.want(201, s.as(ana, "POST", "/v1/payments", with(colombia().payment("B-0", 2000000), "payer", nil)))["id"])
	s.pay(nameless, 0)
	s.refused(422, "person_incomplete", s.as(ana, "POST", colombia().path, colombia().refund(nameless, "B-3", 1000000)))
	s.want(201, s.as(ana, "POST", colombia().path, with(colombia().refund(nameless, "B-3", 1000000), "beneficiary", person())))
	for _, id := range []string{pe, co} {
		if p := s.get("/v1/payments/" + id); num(p["reserved_amount"]) != 0 {
			t.Errorf("refusals reserve %v", p)
		}
	}
}

func TestPayoutsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	good := doc{"network": "efecty", "store": "store_co", "amount": 3000000, "currency": "COP", "purpose": "prize",
		"merchant_payout_id": "P-1", "beneficiary": person()}
	s.refuses("/v1/payouts", []refusal{
		{"unknown network", with(good, "network", "western"), 422, "network_unknown"},
		{"unknown store", with(good, "store", "store_xx"), 422, "store_unknown"},
		{"provider that is none", with(good, "provider", "stripe"), 422, "network_unknown"},
		{"wrong currency", with(good, "currency", "PEN"), 422, "currency_mismatch"},
		{"nobody", with(good, "beneficiary", nil), 422, "field_missing"},
		{"nobody in particular", with(good, "beneficiary", doc{}), 422, "person_incomplete"},
		{"no document", with(good, "beneficiary", doc{"name": "Juan"}), 422, "person_incomplete"},
		{"no name", with(good, "beneficiary", doc{"document_number": "1032456789"}), 422, "person_incomplete"},
		{"no purpose", with(good, "purpose", nil), 422, "field_missing"},
		{"zero", with(good, "amount", 0), 422, "amount_invalid"},
		{"too little", with(good, "amount", 900000), 422, "limit_exceeded"},
		{"centavos", with(good, "amount", 3000050), 422, "amount_invalid"},
		{"network that pays nobody", with(good, "network", "pagoefectivo", "store", "store_pe", "currency", "PEN"), 422, "route_unavailable"},
	})
	if data := list(s.get("/v1/payouts"), "data"); len(data) != 0 {
		t.Errorf("refusals left %v", data)
	}
}

func TestBodiesThatAreNone(t *testing.T) {
	t.Parallel()
	s := start(t)
	plain := `"network":"pagoefectivo","store":"store_pe","order_reference":"J-1","currency":"PEN"`
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for name, c := range map[string]struct {
		body   string
		status int
		code   string
		says   string
	}{
		"empty":                {``, 400, "malformed_json", ""},
		"not JSON":             {`amount=1`, 400, "malformed_json", ""},
		"cut off":              {`{` + plain, 400, "malformed_json", ""},
		"an array":             {`[{` + plain + `}]`, 400, "malformed_json", ""},
		"null":                 {`null`, 400, "malformed_json", ""},
		"two objects":          {`{` + plain + `,"amount":1}{}`, 400, "malformed_json", ""},
		"not UTF-8":            {"{\"store\":\"\xff\"}", 400, "malformed_json", ""},
		"a key twice":          {`{` + plain + `,"amount":1,"amount":999}`, 400, "duplicate_key", ""},
		"a key in two cases":   {`{` + plain + `,"amount":1,"AMOUNT":999}`, 400, "duplicate_key", ""},
		"a key in capitals":    {`{` + plain + `,"AMOUNT":999}`, 400, "unknown_field", ""},
		"twice further inside": {`{` + plain + `,"amount":1,"payer":{"name":"a","name":"b"}}`, 400, "duplicate_key", ""},
		"arrays too deep":      {`{"payer":` + nested(33) + `}`, 400, "malformed_json", "nested deeper than 32"},
		"arrays deep enough":   {`{"payer":` + nested(31) + `}`, 400, "malformed_json", "/payer must be"},
		"arrays without end":   {`{"payer":` + nested(100000) + `}`, 400, "malformed_json", "nested deeper than 32"},
		"a fraction":           {`{` + plain + `,"amount":10.0}`, 400, "malformed_json", "/amount is not an integer"},
		"an exponent":          {`{` + plain + `,"amount":1E3}`, 400, "malformed_json", "/amount is not an integer"},
		"deep objects":         {`{"payer":` + strings.Repeat(`{"name":`, 10000) + `1` + strings.Repeat("}", 10001), 400, "unknown_field", ""},
		"one byte too many":    {`{` + plain + `,"amount":1` + strings.Repeat(" ", 256<<10-len(plain)-13) + ` }`, 413, "body_too_large", ""},
	} {
		if name == "one byte too many" && len(c.body) != 256<<10+1 {
			t.Fatalf("%d bytes", len(c.body))
		}
		for _, path := range []string{"/v1/payments", "/v1/refunds", "/v1/refunds/cash-withdrawal", "/v1/payouts"} {
			if path != "/v1/payments" && c.status != 413 && (strings.Contains(c.body, plain) || strings.Contains(c.body, "payer")) {
				continue // the fields are a payment's
			}
			if fault := s.as(ana, "POST", path, c.body).problem(c.status, c.code); fault != "" {
				t.Errorf("%s to %s: %.300s", name, path, fault)
			}
		}
		if r := s.as(ana, "POST", "/v1/payments", c.body); !strings.Contains(str(r.doc(t)["detail"]), c.says) {
			t.Errorf("%s: %.300s", name, r.body)
		}
	}
	fits := `{` + plain + `,"amount":1` + strings.Repeat(" ", 256<<10-len(plain)-13) + `}`
	s.want(201, s.as(ana, "POST", "/v1/payments", fits))
}

func TestKeysThatAreNone(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, header := range []string{"", "Bearer", "Bearer ", "Bearer sk_test_nobody", "Bearer sk_live_demo", "Basic " + ana, ana, "Bearer " + ana + "x",
		"Bearer " + strings.Repeat("x", 5000)} {
		for _, call := range [][2]string{{"GET", "/v1/payments"}, {"POST", "/v1/refunds"}, {"GET", "/v1/providers"}} {
			r := s.do(call[0], call[1], nil, "Authorization", header)
			s.refused(401, "unauthorized", r)
			if r.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%q: no challenge", header)
			}
		}
	}
}

func TestPathsThatAreNone(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, path := range []string{"/", "/v1", "/v1/", "/v2/payments", "/v1/payments/x/y/z", "/v1/refunds/x", "/docs"} {
		s.refused(404, "not_found", s.as(ana, "GET", path, nil))
	}
	id := s.back(peru(), s.paid(peru()), 100)
	s.refused(404, "not_found", s.as(ana, "POST", "/v1/refunds/"+id+"/dance", nil))
	s.refused(404, "not_found", s.as(ana, "GET", "/v1/payouts/"+id, nil))
	for _, call := range [][2]string{{"DELETE", "/v1/payments"}, {"PUT", "/v1/refunds/" + id}, {"POST", "/v1/payments/" + id}, {"PATCH", "/v1/providers"}} {
		r := s.as(ana, call[0], call[1], nil)
		s.refused(405, "method_not_allowed", r)
		if r.header.Get("Allow") == "" {
			t.Errorf("%v: nothing is said to be allowed", call)
		}
	}
	if r := s.do("GET", "/healthz", nil); r.status != 200 {
		t.Errorf("healthz: %d", r.status)
	}
}

func TestRequestIds(t *testing.T) {
	t.Parallel()
	s := start(t)
	if got := s.do("GET", "/v1/payments", nil, "X-Request-Id", "mine-1", "Authorization", "Bearer "+ana).header.Get("X-Request-Id"); got != "mine-1" {
		t.Errorf("the caller's id came back as %q", got)
	}
	seen := map[string]bool{}
	for _, id := range []string{"", "two words", strings.Repeat("x", 101)} {
		got := s.do("GET", "/v1/payments", nil, "X-Request-Id", id).header.Get("X-Request-Id")
		if got == "" || got == id || seen[got] {
			t.Errorf("%q got %q", id, got)
		}
		seen[got] = true
	}
}

// TestRefundWindow: the last day is a whole local day.
func TestRefundWindow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		side side
		days int
	}{{colombia(), 15}} { // Peru's thirty days would only take twice as long
		s := start(t)
		id := s.paid(c.side)
		last := friday().AddDate(0, 0, c.days).Format(time.DateOnly)
		s.at(last, "23:59")
		s.back(c.side, id, c.side.part)
		s.advance(2 * time.Minute)
		s.refused(422, "refund_window_expired", s.as(ana, "POST", c.side.path, c.side.refund(id, fmt.Sprint("W-", c.days), c.side.part)))
	}
}
