package proof

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/sim"
)

// A lie that would be refused for another reason than its signature proves nothing: under the account's own secret each is believed,
// and tells of what it is about that it succeeded.
func TestEachLieLacksOnlyItsSignature(t *testing.T) {
	p := newPlot(t)
	f := newForgers(newMerchants(p.world, 1, 0, 1, p.audits.report), 1)
	told := map[string]int{}
	for _, a := range f.accounts {
		for _, id := range []string{"pay_1", "rf_1", "po_1"} {
			n := noun{ID: id, Network: a.Network, Amount: 500_000_00, Currency: money.COP}
			n.Voucher.Code = "12345678"
			if a.Network == "pagoefectivo" {
				n.Currency = money.PEN
			}
			body := tales(a, n, begin)
			if body == nil {
				continue
			}
			client, err := provider.NewSet(all.Registry(), nil, p.world).Client(a)
			if err != nil {
				t.Fatal(err)
			}
			told[a.Provider]++
			good := http.Header{}
			sealed(good, a, a.Secrets[0], body, begin)
			d := provider.Delivery{Path: "/webhooks/" + a.Provider + "/" + a.ID, Header: good, Body: body, ReceivedAt: begin}
			facts, err := client.Read(d)
			if client.Verify(d) != nil || err != nil || len(facts) != 1 || facts[0].Ours != id {
				t.Errorf("%s %s: %v, %v: %+v", a.ID, id, client.Verify(d), err, facts)
			}
			for _, how := range signatures() {
				req := f.forged(a, n, how)
				body, _ := io.ReadAll(req.Body)
				if !bytes.Equal(body, d.Body) || client.Verify(provider.Delivery{Path: d.Path, Header: req.Header, Body: body, ReceivedAt: begin}) == nil {
					t.Errorf("%s %s: believed with a signature %s", a.ID, id, how)
				}
			}
		}
	}
	if len(told) != 4 {
		t.Errorf("lies are told of %v", told)
	}
}

// Each lie is posted, to each account that has one told, and one that is believed is reported.
func TestALieThatIsBelievedIsReported(t *testing.T) {
	for status, want := range map[int]int{http.StatusOK: 3, http.StatusNoContent: 3, http.StatusUnauthorized: 0, http.StatusServiceUnavailable: 0} {
		p := newPlot(t)
		m := newMerchants(p.world, 1, 0, 1, p.audits.report)
		f := newForgers(m, 1)
		m.ask = func(*http.Request) sim.Reply { return sim.Reply{Status: status} }
		for _, how := range signatures() {
			f.lie(f.accounts[0], noun{ID: "pay_1", Network: "efecty", Amount: 1000, Currency: money.COP}, how)
		}
		if p.found[i14] != want {
			t.Errorf("answered %d: %d reports, want %d", status, p.found[i14], want)
		}
	}
}
