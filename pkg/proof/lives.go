package proof

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

// merchants are the people and systems around a world: shops that sell and give back, buyers at counters, staff who click
// twice. They run as coroutines that no fault strikes; they see only what the API answers.
type merchants struct {
	world    *sim.World
	rand     *rand.Rand
	index    int // of the world, part of every reference
	refunds  int // asked for so far
	want     int
	accepted []accepted
	asked    map[string]wish // what was asked for, by what was accepted
	carriers []string        // gateways through which they sell besides the networks
	report   func(subject, sentence, detail string)
	ask      func(*http.Request) sim.Reply
	ear      *ear     // nil = nobody hears the stream
	letters  *post    // nil = nobody looks after letters
	people   *people  // nil = nobody agrees, stops or looks after anything
	forgers  *forgers // nil = nobody lies
}

// accepted is a refund or payout that was answered with 201.
type accepted struct {
	ID, Provider string
	At           time.Time
}

// opening is the span of time over which orders come in.
const opening = 4 * 24 * time.Hour

func newMerchants(world *sim.World, seed uint64, index, want int, report func(string, string, string)) *merchants {
	return &merchants{world: world, rand: rand.New(rand.NewPCG(seed, 0x6d65726368)), index: index, want: want, report: report,
		ask: world.Call, asked: map[string]wish{}}
}

// open starts every order's life.
func (m *merchants) open() {
	for order := 0; m.refunds < m.want; order++ {
		l := life{m: m, order: order, road: choose(m.rand, m.carriers), begins: m.span(opening)}
		l.burst = m.rand.IntN(10) == 0
		l.payout = m.rand.IntN(12) == 0
		l.wants = 1 + m.rand.IntN(2)*m.rand.IntN(3)
		if l.burst {
			l.wants = 5
		}
		switch {
		case l.payout:
			roads := payoutRoads(m.carriers)
			l.road = roads[m.rand.IntN(len(roads))]
			l.wants, l.burst = 1, false
		case l.silent:
			l.wants, l.burst = 0, false
		case l.whole:
			l.wants, l.burst = 1, false
		}
		l.wants = min(l.wants, m.want-m.refunds)
		m.refunds += l.wants
		m.world.After(l.begins, func() { m.world.Go(l.run, nil) })
	}
}

func (m *merchants) span(d time.Duration) time.Duration {
	return time.Duration(m.rand.Int64N(int64(d)))
}

// long draws a span that is mostly short: minutes, hours, sometimes days.
func (m *merchants) long(most time.Duration) time.Duration {
	f := m.rand.Float64()
	return time.Minute + time.Duration(f*f*f*f*float64(most))
}

// mostly draws a span that half the time ends before anybody has asked how things stand, and else is long.
func (m *merchants) mostly(most time.Duration) time.Duration {
	if m.rand.IntN(2) == 0 {
		return m.span(50 * time.Second)
	}
	return m.long(most)
}

// life is one order: sold, paid, given back in one part or several.
type life struct {
	m     *merchants
	order int
	road
	begins        time.Duration
	wants         int
	burst, payout bool
}

func (l life) reference(what string, n int) string { return reference(what, l.m.index, l.order, n) }

// reference is the merchant's own id of something: known beforehand, so that a replay finds its world.
func reference(what string, world, order, n int) string {
	return fmt.Sprintf("%s-%d-%d-%d", what, world, order, n)
}

func (l life) money() (currency, store string, price int64) {
	if l.network == "efecty" {
		return "COP", "store_co", (50_000 + l.m.rand.Int64N(400)*1000) * 100
	}
	return "PEN", "store_pe", 2000 + l.m.rand.Int64N(40000)
}

func (l life) run() {
	if l.payout {
		l.sendPayout()
		return
	}
	currency, store, price := l.money()
	answer, ok := l.m.post("/v1/payments", l.reference("k", 0), map[string]any{"network": l.network, "provider": l.provider, "store": store,
		"order_reference": l.reference("order", 0), "amount": price, "currency": currency, "expires_in_hours": 48, "payer": l.payer()})
	if !ok {
		return
	}
	id := answer.ID
	l.m.forgers.hear(answer, l.provider)
	l.m.world.Sleep(l.m.mostly(20 * time.Hour))
	n, _ := l.m.world.Network(l.provider)
	brought := l.cash(price)
	if err := n.Pay(id, brought); err != nil {
		l.m.report(id, ib, "the counter knows nothing of a voucher we gave out: "+err.Error())
		return
	}
	l.m.people.unusual(id, l.provider, brought)
	l.m.world.Sleep(l.m.long(2 * time.Hour))
	if l.wants > 0 {
		l.giveBack(id, currency, price)
	}
}

// cash is what the buyer brings: mostly what is asked.
func (l life) cash(price int64) int64 {
	switch draw := l.m.rand.IntN(50); {
	case l.exact:
	case draw == 0:
		return price / 200 * 100
	case draw == 1:
		return price + 10000
	}
	return 0
}

// giveBack asks for the refunds: one, several in parts, or a burst of five at once that together are more than was paid.
func (l life) giveBack(id, currency string, price int64) {
	share := price / int64(l.wants)
	if l.burst {
		share = price / 3
	}
	if l.network == "efecty" {
		share = share / 100 * 100
	}
	for n := range l.wants {
		ask := func() { l.refund(id, currency, share, n) }
		if l.burst {
			l.m.world.Go(ask, nil)
			continue
		}
		ask()
		l.m.world.Sleep(l.m.long(time.Hour))
	}
}

func (l life) refund(id, currency string, amount int64, n int) {
	path := "/v1/refunds"
	if l.provider == "efecty" && l.m.rand.IntN(2) == 0 {
		path = "/v1/refunds/cash-withdrawal"
	}
	body := map[string]any{"payment": id, "amount": amount, "currency": currency, "reason_code": "customer_return",
		"merchant_refund_id": l.reference("R", n), "beneficiary": l.beneficiary()}
	if l.route != "" {
		body["route"] = l.route
	}
	who := l.m.people.asker()
	l.m.people.ask(l.road, body)
	l.m.people.dollars(l.road, body)
	l.m.people.proves(body)
	blocked := l.m.people.doubtful(l.road, body)
	if l.m.rand.IntN(10) == 0 { // a double click: the same request twice at once
		l.m.world.Go(func() { l.m.postAs(who, path, l.reference("kr", n), body) }, nil)
	}
	asked := l.m.world.Now()
	answer, ok := l.m.postAs(who, path, l.reference("kr", n), body)
	answer, ok = l.m.people.late(who, path, l.reference("kr", n), body, answer, ok)
	if ok {
		l.m.people.exchanged(answer, body, asked)
		l.m.people.spared(answer, blocked)
		l.askedAnew(who, path, l.reference("ks", n), body)
		l.m.follow(answer, who, l.provider)
	}
}

func (l life) sendPayout() {
	_, store, price := l.money()
	who := l.m.people.asker()
	body := map[string]any{"network": l.network, "provider": l.provider, "store": store, "amount": price,
		"currency": "COP", "purpose": "commission", "merchant_payout_id": l.reference("P", 0), "beneficiary": l.beneficiary()}
	answer, ok := l.m.postAs(who, "/v1/payouts", l.reference("kp", 0), body)
	if ok {
		l.askedAnew(who, "/v1/payouts", l.reference("ks", 0), body)
		l.m.follow(answer, who, l.provider)
	}
}

// follow is what happens to an accepted refund or payout outside of us: staff click, the provider pays or does not.
func (m *merchants) follow(answer noun, asker clerk, through string) {
	id := answer.ID
	m.forgers.hear(answer, through)
	m.accepted = append(m.accepted, accepted{id, through, m.world.Now()})
	stop := func() { m.move(pathOf(id) + "/cancel") }
	if m.people != nil {
		m.people.follow(answer, asker, through)
		stop = func() { m.people.stop(id) }
	}
	switch m.rand.IntN(20) {
	case 0:
		m.world.Go(func() { m.world.Sleep(m.span(10 * time.Second)); stop() }, nil)
	case 1, 2:
		m.world.Go(func() { m.world.Sleep(m.long(time.Hour)); m.move(pathOf(id) + "/sync") }, nil)
	}
	m.world.Go(func() { m.fate(id, through) }, nil)
}

// fate lets the provider decide: paid, refused, run out, or paid and back days later.
func (m *merchants) fate(id, through string) {
	n, _ := m.world.Network(through)
	verb := simnet.Complete
	draw := m.rand.IntN(20)
	switch draw {
	case 0:
		verb = simnet.Fail
	case 1:
		verb = simnet.Expire
	}
	m.world.Sleep(m.mostly(36 * time.Hour))
	for range 40 {
		if n.Move(id, verb) == nil {
			m.people.after(id, through, verb)
			break
		}
		m.world.Sleep(time.Hour + m.span(3*time.Hour))
	}
	if draw == 2 {
		m.world.Sleep(m.span(4 * 24 * time.Hour))
		_ = n.Move(id, simnet.Bounce)
	}
}

// noun is what of a payment, refund or payout that was accepted is looked at.
type noun struct {
	ID          string             `json:"id"`
	Network     string             `json:"network"`
	Route       disbursement.Route `json:"route"`
	Status      disbursement.State `json:"status"`
	RequestedBy string             `json:"requested_by"`
	Amount      int64              `json:"amount"`
	Currency    money.Currency     `json:"currency"`
	Voucher     struct {
		Code string `json:"code"`
	} `json:"voucher"` // of a payment
	FX struct {
		Day  string `json:"day"`
		Rate string `json:"rate"`
	} `json:"fx"`
}

// post asks until it gets an answer that asking again would not change, and holds it to what a used key may be answered.
func (m *merchants) post(path, key string, body map[string]any) (noun, bool) {
	return m.postAs(ana(), path, key, body)
}

func (m *merchants) postAs(who clerk, path, key string, body map[string]any) (noun, bool) {
	encoded, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	wait := time.Second
	for range 30 {
		reply := m.call(who.key, http.MethodPost, path, key, encoded)
		switch {
		case reply.Status == http.StatusCreated:
			m.repeat(who, path, key, encoded, reply)
			m.otherBody(who, path, key, encoded)
			var answer noun
			if err := store.Unmarshal(reply.Body, &answer); err != nil || answer.ID == "" {
				m.report(key, i5, fmt.Sprintf("accepted, and answered %q: %v", reply.Body, err))
				return noun{}, false
			}
			m.askedFor(answer, body)
			return answer, true
		case reply.Status >= 500, retriable(reply):
			m.world.Sleep(wait + m.span(wait))
			wait = min(wait*2, 2*time.Hour)
		default:
			return noun{}, false
		}
	}
	return noun{}, false
}

func (m *merchants) move(path string) { m.call(ana().key, http.MethodPost, path, "", nil) }

func (m *merchants) call(as, method, path, key string, body []byte) sim.Reply {
	req, err := http.NewRequest(method, "http://vuelto"+path, bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Authorization", "Bearer "+as)
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	return m.ask(req)
}
