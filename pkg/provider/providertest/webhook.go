package providertest

import (
	"bytes"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

func webhookClauses() []clause {
	return []clause{
		{"a delivery from an address that the account does not list is refused, however well it is signed", fromElsewhere, can(provider.CanWebhook)},
		{"a delivery with one bit flipped, in the body or in a signed header, is refused", bitFlips, nil},
		{"a delivery without one of its headers is refused", missingHeader, nil},
		{"another account's secret is refused", otherSecret, nil},
		{"each secret of the ring is accepted, one that left it is not", ring, nil},
		{"a signed instant may be 300 s away, past or future, and not a second more", freshness, nil},
		{"the same delivery twice is the same evidence", twice, nil},
		{"two events never share their evidence", distinct, (*lab).refunds},
		{"what cannot be read is malformed, and never a panic", junkDeliveries, nil},
		{"an event of a kind we do not know concerns nobody", unknownEvent, nil},
		{"a callback leaves within a second, and is tried again until it meets a 2xx or the provider gives up", retried, nil},
		{"callbacks are lost, doubled, late or wrongly signed when faults say so", callbackFaults, nil},
	}
}

func is(err, target error) bool { return errors.Is(err, target) }

// delivery is one genuine callback about a disbursement.
func (l *lab) delivery() provider.Delivery {
	l.Helper()
	if l.refunds() {
		l.client.Submit(l.ctx, l.refund("rf_1"))
		l.move("rf_1", simnet.Complete)
	} else {
		l.voucher("pay_1")
		l.pay("pay_1", 0)
	}
	last := l.host.Heard[len(l.host.Heard)-1]
	if err := l.client.Verify(last); err != nil {
		l.Fatalf("a genuine delivery: %v", err)
	}
	return last
}

// signed lists the headers that a provider adds to what any HTTP client sends.
func (l *lab) signed(h http.Header) []string {
	var names []string
	for _, name := range append([]string{"Pe-Signature", "X-Timestamp", "X-Signature", "X-Date", "Authorization"}, l.subject.Signed...) {
		if h.Get(name) != "" {
			names = append(names, name)
		}
	}
	return names
}

func bitFlips(l *lab) {
	d := l.delivery()
	for i := range d.Body {
		if l.subject.Bare {
			break
		}
		for bit := range 8 {
			forged := d
			forged.Body = bytes.Clone(d.Body)
			forged.Body[i] ^= 1 << bit
			if err := l.client.Verify(forged); !is(err, provider.ErrSignature) && !(err == nil && l.harmless(d, forged)) {
				l.Fatalf("bit %d of byte %d of the body: %v", bit, i, err)
			}
		}
	}
	for _, name := range l.signed(d.Header) {
		value := d.Header.Get(name)
		for i := range value {
			for bit := range 8 {
				raw := []byte(value)
				raw[i] ^= 1 << bit
				forged := d
				forged.Header = d.Header.Clone()
				forged.Header.Set(name, string(raw))
				if err := l.client.Verify(forged); !is(err, provider.ErrSignature) {
					l.Fatalf("bit %d of byte %d of %s: %v", bit, i, name, err)
				}
			}
		}
	}
}

// harmless says that a delivery which was changed on its way tells nothing but what the provider itself tells when it is
// asked: that is how a provider is read whose signature leaves parts of a delivery out.
func (l *lab) harmless(genuine, forged provider.Delivery) bool {
	if !l.client.Inquires() {
		return false
	}
	facts, err := l.client.Facts(l.ctx, forged)
	if err != nil {
		return true
	}
	if same, err := l.client.Facts(l.ctx, genuine); err == nil && reflect.DeepEqual(facts, same) {
		return true
	}
	for _, f := range facts {
		switch {
		case f.Disbursement != nil && f.Disbursement.Claim != l.client.Status(l.ctx, disbursement.Disbursement{ID: f.Ours, Payment: "pay_of_" + f.Ours, Amount: l.subject.Part}).Claim:
			return false
		case f.Payment != nil:
			o, err := l.client.ReadPayment(l.ctx, l.made[f.Ours])
			if err != nil || o.Claim != f.Payment.Claim || o.Minor != f.Payment.Minor || o.TransactionID != f.Payment.TransactionID {
				return false
			}
		}
	}
	return true
}

func missingHeader(l *lab) {
	d := l.delivery()
	if l.subject.InPath {
		bare, query, _ := strings.Cut(d.Path, "?")
		for i := range query {
			if l.subject.Bare && query[i] != '=' {
				forged := d
				forged.Path = bare + "?" + query[:i] + string(query[i]^1) + query[i+1:]
				if err := l.client.Verify(forged); !is(err, provider.ErrSignature) {
					l.Errorf("called at %s: %v", forged.Path, err)
				}
			}
		}
		d.Path = bare
		if err := l.client.Verify(d); !is(err, provider.ErrSignature) {
			l.Errorf("without its query: %v", err)
		}
		return
	}
	names := l.signed(d.Header)
	if l.subject.InBody {
		d.Body = nil
		if err := l.client.Verify(d); !is(err, provider.ErrSignature) {
			l.Errorf("without its body: %v", err)
		}
		return
	}
	if len(names) == 0 {
		l.Fatal("the delivery carries no header that the suite knows as signed")
	}
	for _, name := range names {
		forged := d
		forged.Header = d.Header.Clone()
		forged.Header.Del(name)
		if err := l.client.Verify(forged); !is(err, provider.ErrSignature) {
			l.Errorf("without %s: %v", name, err)
		}
	}
}

func otherSecret(l *lab) {
	d := l.delivery()
	account := l.subject.Account
	account.Secrets = []string{"the-secret-of-somebody-else"}
	if err := l.open(account).Verify(d); !is(err, provider.ErrSignature) {
		l.Errorf("verify: %v", err)
	}
}

func ring(l *lab) {
	d := l.delivery()
	old := l.subject.Account.Secrets[0]
	for _, secrets := range [][]string{{old}, {"new", old}, {"newest", "new", old}} {
		account := l.subject.Account
		account.Secrets = secrets
		if err := l.open(account).Verify(d); err != nil {
			l.Errorf("%d secrets, the last of which signed: %v", len(secrets), err)
		}
	}
	account := l.subject.Account
	account.Secrets = []string{"newest", "new", "less new"}
	if err := l.open(account).Verify(d); !is(err, provider.ErrSignature) {
		l.Errorf("a secret that left the ring: %v", err)
	}
}

func freshness(l *lab) {
	if !l.subject.SignsTime {
		l.Skip("the provider signs no instant")
	}
	d := l.delivery()
	stamp := l.subject.Stamp
	if stamp == nil {
		stamp = func(h http.Header) (time.Time, error) { return time.Parse(time.RFC3339, h.Get("X-Timestamp")) }
	}
	at, err := stamp(d.Header)
	if err != nil {
		l.Fatal(err)
	}
	for seconds, good := range map[int]bool{-301: false, -300: true, 0: true, 300: true, 301: false} {
		d.ReceivedAt = at.Add(time.Duration(seconds) * time.Second)
		if err := l.client.Verify(d); (err == nil) != good {
			l.Errorf("received %d s after it was signed: %v", seconds, err)
		}
	}
}

func twice(l *lab) {
	d := l.delivery()
	first, err := l.client.Facts(l.ctx, d)
	again, err2 := l.client.Facts(l.ctx, d)
	if err != nil || err2 != nil || len(first) == 0 || len(first) != len(again) {
		l.Fatalf("%+v, then %+v (%v, %v)", first, again, err, err2)
	}
	for i := range first {
		if e := keyOf(first[i]); e == "" || e != keyOf(again[i]) {
			l.Errorf("%q, then %q", e, keyOf(again[i]))
		}
	}
}

// keyOf is the evidence of a fact.
func keyOf(f provider.Fact) string {
	if f.Disbursement != nil {
		return f.Disbursement.Evidence
	}
	return f.Payment.Evidence
}

func distinct(l *lab) {
	seen := map[string]string{}
	for _, id := range []string{"rf_1", "rf_2"} {
		l.client.Submit(l.ctx, l.refund(id))
		l.move(id, simnet.Complete)
		if l.client.Inquires() {
			continue // what is asked now is one answer, however many events led to it
		}
		l.move(id, simnet.Bounce)
		for _, f := range l.facts(id) {
			if other, dup := seen[f.Disbursement.Evidence]; dup {
				l.Errorf("%s of %s carries the evidence of %s", f.Disbursement.Claim, id, other)
			}
			seen[f.Disbursement.Evidence] = id + " " + string(f.Disbursement.Claim)
		}
	}
	if l.client.Inquires() {
		one, two := l.facts("rf_1"), l.facts("rf_2")
		if len(one) == 0 || len(two) == 0 || keyOf(one[0]) == keyOf(two[0]) {
			l.Errorf("%+v and %+v", one, two)
		}
		return
	}
	if len(seen) < 4 {
		l.Errorf("only %d events: %v", len(seen), seen)
	}
}

func junkDeliveries(l *lab) {
	d := l.delivery()
	for name, body := range junk() {
		d.Body = []byte(body)
		if facts, err := l.client.Read(d); !is(err, provider.ErrMalformed) {
			l.Errorf("%s: %v, %v", name, facts, err)
		}
	}
}

func unknownEvent(l *lab) {
	d := l.delivery()
	if l.subject.Strange != "" {
		d.Body = []byte(l.subject.Strange)
		if facts, err := l.client.Read(d); err != nil || len(facts) != 0 {
			l.Errorf("%v, %v", facts, err)
		}
		return
	}
	d.Body = []byte(`{"eventType":"cip.dreamt","event":"payment.dreamt","event_id":"evt_1","occurred_at":"2026-11-20T10:00:00Z","data":{}}`)
	if facts, err := l.client.Read(d); err != nil || len(facts) != 0 {
		l.Errorf("%v, %v", facts, err)
	}
}

func retried(l *lab) {
	l.host.Reply = http.StatusServiceUnavailable
	if l.refunds() {
		l.client.Submit(l.ctx, l.refund("rf_1"))
	} else {
		l.voucher("pay_1")
		l.pay("pay_1", 0)
	}
	l.host.Sleep(time.Second)
	first := len(l.host.Heard)
	l.host.Sleep(30 * 24 * time.Hour)
	if len(l.host.Heard) < first+1 || len(l.host.Heard) > 20*first {
		l.Errorf("%d callbacks at once, %d after a month without a 2xx", first, len(l.host.Heard))
	}
	if last := l.host.Heard[len(l.host.Heard)-1]; l.client.Verify(last) != nil {
		l.Error("a later try is signed as of an earlier instant")
	}
}

func callbackFaults(l *lab) {
	for kind, want := range map[simnet.Kind][3]int{ // callbacks after a second, after an hour, and how many are genuine
		simnet.LostCallback:      {0, 0, 0},
		simnet.DuplicateCallback: {2, 2, 2},
		simnet.LateCallback:      {0, 1, 1},
		simnet.BadSignature:      {1, 1, 0},
		simnet.OldSecret:         {1, 1, 1}, // the account has had no other
		simnet.PermutedCallback:  {0, 1, 1},
	} {
		world := newLab(l.T, l.subject)
		if l.refunds() {
			world.client.Submit(world.ctx, world.refund("rf_1"))
			world.host.Sleep(time.Second)
			world.host.Heard = nil
			world.hit(kind, simnet.OpDisbursement)
			world.move("rf_1", simnet.Complete)
		} else {
			world.voucher("pay_1")
			world.hit(kind, simnet.OpPayment)
			world.pay("pay_1", 0)
		}
		soon := len(world.host.Heard)
		world.host.Sleep(time.Hour)
		genuine := 0
		for _, d := range world.host.Heard {
			if world.client.Verify(d) == nil {
				genuine++
			}
		}
		if got := [3]int{soon, len(world.host.Heard), genuine}; got != want {
			l.Errorf("%s: %v callbacks (soon, in an hour, genuine), want %v", kind, got, want)
		}
	}
}
