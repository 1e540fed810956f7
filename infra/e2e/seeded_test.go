//go:build e2e

package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// seeded is a running dev server with something in it, and who calls it.
type seeded struct {
	*testing.T
	url    string
	serial int
	second string // key of a second admin
	digest string // of a document that is kept
	peru   string // a payment in soles that much of is left of
	cash   string // one in pesos, of Efecty itself
	bank   string // and of a gateway that gives back to bank accounts
}

const (
	first    = "sk_test_demo"
	approver = "sk_test_demo_approver"
)

// call makes a request, with an Idempotency-Key that nobody used before, and reads what comes; text bodies are sent as they are.
func (s *seeded) call(key, method, path string, body any) (int, doc) {
	s.Helper()
	text, isText := body.(string)
	if !isText && body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			s.Fatal(err)
		}
		text = string(b)
	}
	req, err := http.NewRequestWithContext(s.Context(), method, s.url+path, strings.NewReader(text))
	if err != nil {
		s.Fatal(err)
	}
	s.serial++
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Idempotency-Key", fmt.Sprint("seed-", s.serial))
	if isText {
		req.Header.Set("Content-Type", "text/csv")
	}
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	raw, _ := io.ReadAll(r.Body)
	var d doc
	if json.NewDecoder(bytes.NewReader(raw)).Decode(&d) != nil {
		d = doc{"text": string(raw)}
	}
	return r.StatusCode, d
}

// made is call for what must succeed.
func (s *seeded) made(key, method, path string, body any) doc {
	s.Helper()
	status, d := s.call(key, method, path, body)
	if status >= 300 {
		s.Fatalf("%s %s: %d %v", method, path, status, d)
	}
	return d
}

func (s *seeded) id(key, path string, body any) string {
	s.Helper()
	return fmt.Sprint(s.made(key, "POST", path, body)["id"])
}

func (s *seeded) advance(d string) {
	s.Helper()
	s.made(first, "POST", "/_sandbox/clock", doc{"advance": d})
}

// settle lets what is on its way arrive.
func (s *seeded) settle() { s.Helper(); s.advance("3s") }

// payment makes one, through a provider or the network itself, and pays it so often.
func (s *seeded) payment(network, provider string, amount int64, times int) string {
	s.Helper()
	s.serial++
	body := doc{"network": network, "store": map[string]string{"efecty": "store_co", "pagoefectivo": "store_pe"}[network], "amount": amount,
		"currency": map[string]string{"efecty": "COP", "pagoefectivo": "PEN"}[network], "order_reference": fmt.Sprint("seed ", s.serial), "payer": buyer()}
	if provider != "" {
		body["provider"] = provider
	}
	id := s.id(first, "/v1/payments", body)
	for range times {
		s.made(first, "POST", "/_sandbox/payments/"+id+"/pay", doc{})
	}
	return id
}

func buyer() doc {
	return doc{"name": "Ana Ruiz", "email": "ana@example.co", "document_type": "CC", "document_number": "1032456789", "phone": "+573001112233"}
}

func with(d doc, field string, value any) doc {
	d[field] = value
	return d
}

func (s *seeded) refund(key, payment string, amount int64, currency, route string) string {
	s.Helper()
	s.serial++
	return s.id(key, "/v1/refunds", doc{"payment": payment, "amount": amount, "currency": currency, "reason_code": "goodwill", "route": route,
		"merchant_refund_id": fmt.Sprint("seed ", s.serial)})
}

func (s *seeded) verb(id, verb string) {
	s.Helper()
	s.made(first, "POST", "/_sandbox/disbursements/"+id+"/"+verb, doc{})
}

// furnish fills a stack so that there is something of everything, in most of the states that it can be in.
func (s *seeded) furnish() {
	s.Helper()
	key := s.made(first, "POST", "/v1/api-keys", doc{"person": "dora", "role": "admin"})
	s.made(approver, "POST", fmt.Sprintf("/v1/api-keys/%s/agree", key["id"]), nil)
	s.second = fmt.Sprint(key["key"])
	s.advance("61s") // keys are known everywhere
	for i := range 8 {
		s.id(s.second, "/v1/api-keys", doc{"person": fmt.Sprint("erp", i), "role": []string{"operator", "viewer"}[i%2]})
		s.made(first, "POST", "/v1/blocked", doc{"country": "PE", "document_type": "DNI", "document_number": fmt.Sprint(40512340 + i), "why": "charge-backs"})
		s.id(first, "/v1/event-endpoints", doc{"url": "http://127.0.0.1:9/" + fmt.Sprint(i)})
	}
	s.made(first, "POST", "/v1/blocked", doc{"country": "CO", "document_type": "CC", "document_number": "1099999999", "why": "a court's order"})
	s.shut()
	s.made(first, "PUT", "/v1/rules", doc{"from": s.today(), "screen": doc{"blocked": true}})
	s.advance("61s")
	s.digest = fmt.Sprint(s.made(first, "POST", "/v1/documents", "%PDF-1.7 of ours")["digest"])
	peru, cash, bank := s.payment("pagoefectivo", "", 9_000_000, 1), s.payment("efecty", "", 90_000_000_00, 1), s.payment("efecty", "payu", 6_000_000_00, 1)
	s.peru, s.cash, s.bank = peru, cash, bank
	for i := range 3 {
		s.payment("efecty", "", 5_000_000, 0)
		s.payment("pagoefectivo", "", 12_050, 2)
		gone := s.payment("pagoefectivo", "", int64(20_000+i), 0)
		s.made(first, "POST", "/v1/payments/"+gone+"/cancel", nil)
		s.made(first, "POST", "/_sandbox/payments/"+gone+"/pay", doc{})
	}
	s.settle()
	rows := "network,store,amount,currency,purpose,merchant_payout_id,beneficiary_name,beneficiary_document_type,beneficiary_document_number\n"
	for i := range 4 {
		s.made(first, "POST", "/v1/batches?kind=payout", rows+fmt.Sprintf("efecty,store_co,1000000,COP,prize,B-%d,Ana,CC,1032456789\n", i))
		s.made(first, "POST", "/v1/batches?kind=payout&start_at="+time.Now().Add(2000*time.Hour).UTC().Format(time.RFC3339), rows+fmt.Sprintf("efecty,store_co,1000000,COP,prize,C-%d,Ana,CC,1032456789\n", i))
		done, collected, gone := s.refund(first, peru, 1000, "PEN", "auto"), s.refund(first, cash, 1_000_000, "COP", "auto"), s.refund(first, cash, 1_100_000, "COP", "auto")
		payout, late := s.payout(first, 1_000_000), s.payout(first, 1_200_000)
		s.settle()
		s.verb(done, "complete")
		s.verb(collected, "collect")
		s.verb(gone, "expire")
		s.verb(payout, "collect")
		s.verb(late, "expire")
		for range 3 {
			s.refund(approver, cash, 5_000_001_00, "COP", "auto") // somebody must agree
			s.payout(approver, 5_000_001_00)
			s.refund(first, bank, 1_000_000, "COP", "bank_transfer") // nobody knows the account
			s.refund(first, cash, 1_000_000, "COP", "auto")
			s.payout(first, 1_000_000)
			s.refund(first, cash, 1_000_000, "COP", "manual")
		}
		s.payoutTo(first, 1_000_000, with(buyer(), "document_number", "1099999999")) // who is on the block list
	}
	s.settle()
}

// shut lets two days close, one balanced and one with rows that the books do not know.
func (s *seeded) shut() {
	s.Helper()
	s.payment("efecty", "", 5_000_000, 1)
	s.settle()
	s.made(first, "POST", "/_sandbox/settlements", doc{"provider": "efecty", "date": s.today()})
	s.advance("120h")
	rows := "Transaction ID,Reference Code,Type,Amount,Fee,Tax,Net Amount,Currency,Date,Status\n"
	for i := range 12 {
		rows += fmt.Sprintf("X%d,Y%d,PAYMENT,100.00,1.00,0.18,98.82,PEN,%s 10:00:00,SETTLED\n", i, i, s.today())
	}
	s.made(first, "POST", "/v1/settlements?account=pagoefectivo-demo&name=a.csv&date="+s.today(), rows)
	s.settle()
}

// today is the local day in both countries.
func (s *seeded) today() string {
	s.Helper()
	now, err := time.Parse(time.RFC3339Nano, fmt.Sprint(s.made(first, "GET", "/_sandbox/clock", nil)["now"]))
	if err != nil {
		s.Fatal(err)
	}
	return now.Add(-5 * time.Hour).Format(time.DateOnly)
}

func (s *seeded) payout(key string, amount int64) string {
	s.Helper()
	return s.payoutTo(key, amount, buyer())
}

func (s *seeded) payoutTo(key string, amount int64, who doc) string {
	s.Helper()
	s.serial++
	return s.id(key, "/v1/payouts", doc{"network": "efecty", "store": "store_co", "amount": amount, "currency": "COP", "purpose": "prize",
		"merchant_payout_id": fmt.Sprint("seed ", s.serial), "beneficiary": who})
}

// ids are those of a collection, the newest first.
func (s *seeded) ids(path string) (ids []any) {
	s.Helper()
	items, _ := s.made(first, "GET", path, nil)["data"].([]any)
	for _, i := range items {
		ids = append(ids, i.(doc)["id"])
	}
	return ids
}
