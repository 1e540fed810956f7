//go:build e2e

package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"

	"github.com/vuelto/vuelto/infra/openapi"
)

// named is the description of the API with what is there written into it: where a path or a body names something, the choice
// is among what the stack has, and what it has not. Answers are described as ever.
func (s *seeded) named() []byte {
	s.Helper()
	var d doc
	if err := json.Unmarshal(openapi.Document(), &d); err != nil {
		s.Fatal(err)
	}
	own := s.belongings()
	for collection, ids := range own {
		if len(ids) == 0 {
			s.Errorf("there is nothing of %s", collection)
		}
	}
	for path, methods := range d["paths"].(doc) {
		parts := strings.Split(strings.TrimPrefix(path, "/v1"), "/")
		for method, op := range methods.(doc) {
			ids := own[parts[1]]
			for _, narrower := range []string{parts[1] + "/" + parts[len(parts)-1], method + " " + parts[1]} {
				if few, ok := own[narrower]; ok {
					ids = few
				}
			}
			s.name(op.(doc), ids)
		}
	}
	schemas := d["components"].(doc)["schemas"].(doc)
	for schema, fields := range s.values() {
		for field, values := range fields {
			schemas[schema].(doc)["properties"].(doc)[field].(doc)["enum"] = values
		}
	}
	content := func(path string) doc {
		return d["paths"].(doc)[path].(doc)["post"].(doc)["requestBody"].(doc)["content"].(doc)
	}
	for path, payment := range map[string]string{"/v1/refunds": s.peru, "/v1/refunds/cash-withdrawal": s.cash} {
		content(path)["application/json"].(doc)["example"].(doc)["payment"] = payment
	}
	content("/v1/payouts")["application/json"].(doc)["example"].(doc)["merchant_payout_id"] = "P-fuzz" // P-1 has been paid out
	for path, kind := range map[string]string{"/v1/rates": "*/*", "/v1/calendar": "*/*", "/v1/deposits": "*/*", "/v1/orders": "*/*", "/v1/receipts": "*/*", "/v1/settlements": "*/*", "/v1/documents": "application/pdf"} {
		c := content(path) // what the fuzzer can write: the API looks at the bytes, whatever they are called
		sent := c[kind].(doc)
		if path == "/v1/documents" {
			sent["example"] = "%PDF-1.7 of ours"
		}
		sent["schema"] = doc{"type": "string", "enum": []any{sent["example"], "none"}}
		delete(c, kind)
		c["text/plain"] = sent
	}
	encoded, err := json.Marshal(d)
	if err != nil {
		s.Fatal(err)
	}
	return encoded
}

// belongings are the ids that a path may name, by collection; what a move would end is shared out between the moves.
func (s *seeded) belongings() map[string][]any {
	s.Helper()
	broken := s.ids("/v1/reconciliations?status=broken&limit=10")
	own := map[string][]any{
		"documents": {s.digest}, "breaks": s.ids(fmt.Sprintf("/v1/reconciliations/%s/breaks", broken[0])), "days": {s.today()},
		"months": {s.today()[:7]}, "icons": {"efecty.svg"}, "webhooks": {"efecty"}, "docs": {"errors"},
		"reconciliations": append(broken, s.ids("/v1/reconciliations?status=balanced&limit=3")...), "payments": s.ids("/v1/payments?limit=100"),
		"refunds": s.ids("/v1/refunds?limit=100"), "payouts": s.ids("/v1/payouts?limit=100"), "batches": s.ids("/v1/batches?limit=50"),
		"events": s.ids("/v1/events?limit=50"), "event-endpoints": s.ids("/v1/event-endpoints"), "api-keys": s.ids("/v1/api-keys"), "blocked": s.ids("/v1/blocked"),
	}
	share := func(what, status string, moves ...string) {
		ids := s.ids("/v1/" + what + "?status=" + status + "&limit=100")
		for i, move := range moves {
			own[what+"/"+move] = ids[len(ids)*i/len(moves) : len(ids)*(i+1)/len(moves)]
		}
	}
	for _, what := range []string{"refunds", "payouts"} {
		share(what, "awaiting_approval", "approve", "reject", "cancel")
		share(what, "collectable", "cash-code")
		share(what, "returned", "reissue")
		share(what, "paid", "receipt")
	}
	share("refunds", "held", "take", "release", "resolve", "claim-link")
	for range 16 {
		own["refunds/claim"] = append(own["refunds/claim"], s.refund(first, s.bank, 1_000_000, "COP", "bank_transfer"))
	}
	share("payouts", "held", "take", "release", "resolve")
	for _, id := range own["refunds/release"] {
		s.call(first, "POST", fmt.Sprintf("/v1/refunds/%s/take", id), nil)
	}
	for _, id := range own["refunds/claim"] {
		if status, a := s.call(first, "POST", fmt.Sprintf("/v1/refunds/%s/claim-link", id), nil); status == http.StatusOK {
			_, token, _ := strings.Cut(fmt.Sprint(a["url"]), "/claim/")
			own["claim"] = append(own["claim"], token)
		}
	}
	own["get claim"] = own["claim"][:len(own["claim"])/2] // the form's page; what is sent uses a link up
	own["claim"] = own["claim"][len(own["claim"])/2:]
	own["payments/give-back"], own["payments/revive"] = s.ids("/v1/payments?situation=paid_twice"), s.ids("/v1/payments?situation=paid_late")
	ends := own["event-endpoints"]
	own["event-endpoints"], own["event-endpoints/remove"] = ends[:len(ends)/2], ends[len(ends)/2:]
	return own
}

// values are what fields of bodies may be, so that what is made fits more often than not.
func (s *seeded) values() map[string]map[string][]any {
	s.Helper()
	stores, networks := []any{"store_co", "store_pe"}, []any{"efecty", "pagoefectivo"}
	person := buyer()
	return map[string]map[string][]any{
		"PaymentRequest": {"store": stores, "network": networks, "provider": {"", "payu", "efecty", "dlocal"}, "amount": {100_000, 5_000_000, 100}},
		"RefundRequest": {"payment": s.ids("/v1/payments?status=paid&limit=50"), "provider": {"", "efecty"}, "amount": {100, 1_000_000},
			"original_transaction_id": {""}, "order_reference": {""}, "platform_deadline": {"", "2027-03-01"}},
		"PayoutRequest": {"store": stores, "network": networks, "provider": {"", "payu"}, "amount": {1_000_000, 2_000_000}},
		"Paper":         {"digest": {s.digest}},
		"Person": {"name": {person["name"], "Núñez 🦙"}, "email": {person["email"]}, "phone": {person["phone"]}, "document_type": {"CC", "DNI"},
			"document_number": {person["document_number"]}, "account": {"19112345678901"}, "bank": {"007"}, "account_type": {"savings"}},
	}
}

// name lets the parameters of an operation choose among what there is: its id among ids, others by their names.
func (s *seeded) name(op doc, ids []any) {
	s.Helper()
	others := map[string][]any{"code": {"not_found", "payment.paid", "refund.paid"}, "kind": {"errors"}, "shape": {"dianxiaomi", "mabang"},
		"account": {"pagoefectivo-demo"}, "date": {s.today()}, "month": {s.today()[:7]}, "provider": {"pagoefectivo"}}
	parameters, _ := op["parameters"].([]any)
	for i, p := range parameters {
		p := p.(doc)
		field, _ := p["name"].(string)
		if ref, _ := p["$ref"].(string); strings.HasSuffix(ref, "/Id") {
			p = doc{"name": "id", "in": "path", "required": true, "schema": doc{"type": "string"}}
			parameters[i], field = p, "id"
		}
		if ref, _ := p["$ref"].(string); strings.HasSuffix(ref, "/IdempotencyKey") { // a key is used once, whatever for
			parameters[i] = doc{"name": "Idempotency-Key", "in": "header", "required": true, "example": fmt.Sprint("fuzz-", op["operationId"]),
				"schema": doc{"type": "string", "minLength": 1, "maxLength": 255}}
		}
		schema, _ := p["schema"].(doc)
		switch values := others[field]; {
		case schema["enum"] != nil:
		case values != nil:
			schema["enum"] = values
		case p["in"] == "path" && len(ids) > 0:
			absent := fmt.Sprint(ids[0])
			schema["enum"] = append(slices.Clone(ids), absent[:len(absent)-1]+"0")
		}
	}
}

// tally stands before a stack and counts the answers by operation.
type tally struct {
	mu     sync.Mutex
	mux    *http.ServeMux
	seen   map[string]map[int]int
	target string
}

func (s *seeded) count() (*tally, *httptest.Server) {
	s.Helper()
	var d struct{ Paths map[string]map[string]any }
	if err := json.Unmarshal(openapi.Document(), &d); err != nil {
		s.Fatal(err)
	}
	t := &tally{mux: http.NewServeMux(), seen: map[string]map[int]int{}, target: s.url}
	for path, methods := range d.Paths {
		for method := range methods {
			pattern := strings.ToUpper(method) + " " + path
			t.seen[pattern] = map[int]int{}
			t.mux.HandleFunc(pattern, func(http.ResponseWriter, *http.Request) {})
		}
	}
	front := httptest.NewServer(t)
	s.Cleanup(front.Close)
	return t, front
}

// ServeHTTP passes a request on and its answer back, each whole: what goes through in pieces may break off on its way.
func (t *tally) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	on, err := http.NewRequestWithContext(r.Context(), r.Method, t.target+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	on.Header, on.Host = r.Header.Clone(), r.Host
	answer, err := http.DefaultTransport.RoundTrip(on)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer func() { _ = answer.Body.Close() }()
	read, err := io.ReadAll(answer.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	if _, pattern := t.mux.Handler(r); t.seen[pattern] != nil {
		t.mu.Lock()
		t.seen[pattern][answer.StatusCode]++
		t.mu.Unlock()
	}
	maps.Copy(w.Header(), answer.Header)
	w.WriteHeader(answer.StatusCode)
	_, _ = w.Write(read)
}

// table is how each operation was answered, the share of good answers first, and those that never were good.
func (t *tally) table() (text string, never []string) {
	var b strings.Builder
	for _, pattern := range slices.Sorted(maps.Keys(t.seen)) {
		good, all := 0, 0
		for status, n := range t.seen[pattern] {
			if all += n; status < 300 {
				good += n
			}
		}
		if good == 0 {
			never = append(never, pattern)
		}
		fmt.Fprintf(&b, "%3d %% of %4d  %s  %v\n", 100*good/max(all, 1), all, pattern, t.seen[pattern])
	}
	return b.String(), never
}
