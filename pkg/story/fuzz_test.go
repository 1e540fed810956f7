package story_test

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzBodies: whatever is posted, it is accepted or refused with a whole problem; it is never our fault.
func FuzzBodies(f *testing.F) {
	s := start(f)
	for _, seed := range []string{`{}`, `{"amount":1,"AMOUNT":999}`, `{"payment":"pay_1","amount":100,"currency":"PEN","reason_code":"goodwill","merchant_refund_id":"R"}`,
		`{"network":"pagoefectivo","store":"store_pe","order_reference":"F","amount":1000,"currency":"PEN","payer":{"name":"ñ\u0000😀"}}`,
		`{"network":"efecty","store":"store_co","amount":3000000,"currency":"COP","purpose":"p","merchant_payout_id":"P","beneficiary":{"name":"a"}}`,
		`{"amount":1e400}`, `[[[[`, "\xff", `{"payer":null,"expires_in_hours":null}`, `{"amount":-9223372036854775808}`, `{"store":"","\u0073tore":"x"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range []string{"/v1/payments", "/v1/refunds", "/v1/refunds/cash-withdrawal", "/v1/payouts"} {
			req := httptest.NewRequest("POST", path, strings.NewReader(body))
			req.Header.Set("Authorization", "Bearer "+ana)
			req.Header.Set("Idempotency-Key", path+body[:min(len(body), 40)])
			w := httptest.NewRecorder()
			s.server.ServeHTTP(w, req)
			r := reply{w.Code, w.Header(), w.Body.Bytes()}
			switch {
			case r.status == 201:
			case r.status < 400 || r.status >= 500:
				t.Fatalf("%s: %d %s", path, r.status, r.body)
			default:
				if fault := r.problem(r.status, str(r.doc(t)["code"])); fault != "" {
					t.Fatal(fault)
				}
			}
		}
	})
}
