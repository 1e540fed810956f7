package apply_test

import (
	"testing"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/store"
	"github.com/vuelto/vuelto/pkg/webhook"
)

// TestAnotherProviderSpeaksForNothingOfTheFirst: an account that has been given to another provider, or network, keeps its id.
func TestAnotherProviderSpeaksForNothingOfTheFirst(t *testing.T) {
	for _, of := range [][2]string{{"kushki", "pagoefectivo"}, {"pagoefectivo", "efecty"}} {
		r := open(t)
		p, d := r.payment(), r.refund()
		p.Provider, p.Network, d.Provider, d.Network = of[0], of[1], of[0], of[1]
		r.put(store.Put{Record: payment.Encode(p)}, store.Put{Record: disbursement.Encode(d)})
		for _, body := range []string{cash("77", "pay_1", "PEN"), cash("77", "", "PEN"), refunded} {
			if d := r.deliver("first", body); d.Outcome != webhook.Unmatched || d.Due.IsZero() {
				t.Errorf("%s: %s", body, d.Outcome)
			}
		}
		if r.payment().State != payment.Pending || r.refund().State != disbursement.Submitting {
			t.Errorf("%v: %s, %s", of, r.payment().State, r.refund().State)
		}
	}
}
