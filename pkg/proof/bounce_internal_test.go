package proof

import (
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/sim"
)

// losses are what gets lost in a life of bounces.
type losses struct {
	lost func(bouncing bool) bool // a callback
	mute bool                     // the reply to the first submit of each refund, an hour after its payment
}

// bounced is a refund that was paid and comes back.
type bounced struct {
	road
	id string
}

// lifeOfBounces sells once on every road that gives money back, lets each refund be paid, and brings it back once it has
// settled. What gets lost is for the case to say: lost is asked of each callback, with whether the bounces have begun, and
// mute of the replies to the first submits.
func lifeOfBounces(t *testing.T, c losses) (*sim.World, []bounced) {
	t.Helper()
	template, err := sim.ReadTemplate("../../template.yaml")
	if err == nil {
		template, err = seldom(template)
	}
	if err != nil {
		t.Fatal(err)
	}
	report := func(subject, sentence, detail string) { t.Errorf("%s: %s (%s)", subject, sentence, detail) }
	world, err := sim.New(sim.Options{Clock: sim.NewVirtual(begin), Seed: 1, Template: template, BaseURL: "https://vuelto.sim",
		Log: slog.New(slog.DiscardHandler), Hooks: sim.Hooks{Keep: keep(gateways()), Account: HonoursKeys.apply, WithoutStream: true}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(world.Close)
	bouncing := false
	for _, n := range world.Networks {
		n.Faults().Decide = func(about simnet.Operation, _ *http.Request) simnet.Kind {
			if c.mute && about == simnet.OpDisbursement && world.Now().Before(begin.Add(90*time.Minute)) {
				return simnet.TimeoutAfter
			}
			return ""
		}
		n.Faults().DecideCallback = func(about simnet.Operation, _ *http.Request) simnet.Kind {
			if c.lost(bouncing) && about == simnet.OpDisbursement {
				return simnet.LostCallback
			}
			return ""
		}
	}
	closeDays(world)
	m := newMerchants(world, 1, 0, 1, report)
	var all []bounced
	for order, r := range append(directRoads(), carriedRoads()...) {
		if r.silent {
			continue
		}
		l := life{m: m, order: order, road: r, wants: 1}
		world.Go(func() {
			if id := l.untilPaid(); id != "" {
				all = append(all, bounced{r, id})
			}
		}, nil)
	}
	until(world, 5*24*time.Hour, never)
	bouncing = true
	for _, b := range all {
		n, _ := world.Network(b.provider)
		if err := n.Move(b.id, simnet.Bounce); err != nil {
			t.Errorf("%s on %s: %v", b.provider, b.network, err)
		}
	}
	until(world, 12*24*time.Hour, never)
	return world, all
}

// untilPaid is the ordinary life of an order given back whole, until the provider has paid it back.
func (l life) untilPaid() string {
	currency, shop, price := l.money()
	sold, ok := l.m.post("/v1/payments", l.reference("k", 0), map[string]any{"network": l.network, "provider": l.provider, "store": shop,
		"order_reference": l.reference("order", 0), "amount": price, "currency": currency, "payer": l.payer()})
	if !ok {
		return ""
	}
	payment := sold.ID
	n, _ := l.m.world.Network(l.provider)
	if n.Pay(payment, 0) != nil {
		return ""
	}
	l.m.world.Sleep(time.Hour)
	body := map[string]any{"payment": payment, "amount": price, "currency": currency, "reason_code": "customer_return",
		"merchant_refund_id": l.reference("R", 0), "beneficiary": l.beneficiary()}
	if l.route != "" {
		body["route"] = l.route
	}
	refund, ok := l.m.post("/v1/refunds", l.reference("kr", 0), body)
	if !ok {
		return ""
	}
	id := refund.ID
	for range 40 {
		l.m.world.Sleep(time.Hour)
		if n.Move(id, simnet.Complete) == nil {
			return id
		}
	}
	return ""
}

// What comes back days after it settled is noticed though nobody calls back about it: its row in a settlement file leads to
// the refund, through every provider.
func TestABounceAfterSettlementIsNoticedWithoutItsCallback(t *testing.T) {
	for what, c := range map[string]losses{
		"the bounce's callback is lost":                      {lost: func(bouncing bool) bool { return bouncing }},
		"every callback is lost":                             {lost: func(bool) bool { return true }},
		"the bounce's callback is the first word that comes": {lost: func(bouncing bool) bool { return !bouncing }, mute: true},
	} {
		t.Run(what, func(t *testing.T) {
			world, all := lifeOfBounces(t, c)
			roads := 0
			for _, r := range append(directRoads(), carriedRoads()...) {
				if !r.silent {
					roads++
				}
			}
			if len(all) != roads {
				t.Fatalf("%d of %d roads gave money back", len(all), roads)
			}
			a := &auditor{world: world}
			for _, b := range all {
				d, err := a.find(b.id)
				if err != nil {
					t.Error(err)
					continue
				}
				settled := false
				for _, s := range d.History {
					settled = settled || s.To == disbursement.Settled
				}
				if !settled || d.State != disbursement.Returned {
					t.Errorf("%s on %s: %s, settled before: %v", b.provider, b.network, d.State, settled)
					for _, s := range d.History {
						t.Logf("  %s %s → %s by %s on %s", s.At.Format("02T15:04"), s.From, s.To, s.By, s.Evidence)
					}
				}
			}
		})
	}
}
