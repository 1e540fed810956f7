package story_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/sim"
)

// d24 answers for the interface of D24 in front of a world's providers, and keeps what it was handed.
type d24 struct {
	provider.Doer
	asked []string
}

// Do implements provider.Doer.
func (d *d24) Do(req *http.Request) (*http.Response, error) {
	if req.URL.Host != "d24.example" {
		return d.Doer.Do(req)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	answer := `{"cashout_status":1,"cashout_status_description":"Completed"}`
	if req.URL.Path == "/v3/cashout" {
		d.asked = append(d.asked, string(body))
		answer = fmt.Sprintf(`{"cashout_id":%d}`, 8405147+len(d.asked))
	}
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(answer)), Request: req}, nil
}

// TestCashForWhatWasPaidElsewhere: a refund whose own account has no open road goes out as cash by an account that issues no
// vouchers, before a buyer is asked for a bank; one that issues vouchers lends its counters to nobody.
func TestCashForWhatWasPaidElsewhere(t *testing.T) {
	t.Parallel()
	counter := &d24{}
	s := startWith(t, func(*stack) sim.Hooks {
		return sim.Hooks{
			Doer: func(inner provider.Doer) provider.Doer { counter.Doer = inner; return counter },
			Account: func(a provider.Account) provider.Account {
				if a.ID == "kushki-co-demo" {
					a = allsim.CashOut("demo")
					a.Endpoint, a.Settings["cash_min"] = "https://d24.example", "1000000"
				}
				return a
			},
		}
	})
	x := colombia()
	payment := s.paidThrough(gateway{provider: "payu", side: x})
	known := doc{"name": "Ana Ruiz", "document_type": "CC", "document_number": "52345678", "phone": "+573001112233"}
	ask := func(payment, id, path string, who doc) doc {
		return s.want(201, s.as(ana, "POST", path, with(x.refund(payment, id, 1000000), "beneficiary", who)))
	}
	if d := s.dry(ana, with(x.refund(payment, "D", 1000000), "beneficiary", known)); str(d["would"]) != "queued" || str(d["route"]) != "cash_withdrawal" || str(d["provider"]) != "efecty" {
		t.Errorf("%v", d)
	}
	first := ask(payment, "D-1", "/v1/refunds", known)
	named := ask(payment, "D-2", "/v1/refunds/cash-withdrawal", known)
	stranger := ask(payment, "D-3", "/v1/refunds", doc{"name": "Ana"}) // the counter must know whom it pays
	if str(first["route"]) != "cash_withdrawal" || str(named["route"]) != "cash_withdrawal" || !strings.Contains(str(first["route_reason"]), "first open road of efecty") {
		t.Errorf("%v\n%v", first, named)
	}
	if str(stranger["status"]) != "held" || str(stranger["held_reason"]) != "details_asked" {
		t.Errorf("%v", stranger)
	}
	s.settle()
	if len(counter.asked) != 2 || !strings.Contains(counter.asked[0], str(first["id"])) || !strings.Contains(counter.asked[0], `"amount":10000,`) {
		t.Fatalf("D24 was handed %v", counter.asked)
	}
	s.advance(5 * time.Hour) // it is asked how it stands
	if got := s.status("/v1/refunds/" + str(first["id"])); got != "paid" {
		t.Errorf("%v", s.get("/v1/refunds/"+str(first["id"])))
	}
	own := s.paid(x)
	s.advance(16 * 24 * time.Hour) // Efecty itself takes no more refunds of it
	if late := ask(own, "D-4", "/v1/refunds", known); str(late["route"]) != "cash_withdrawal" || str(late["status"]) != "queued" {
		t.Errorf("%v", late)
	}
	s.settle()
	if len(counter.asked) != 3 {
		t.Errorf("D24 was handed %v", counter.asked)
	}
}
