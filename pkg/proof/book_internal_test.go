package proof

import (
	"testing"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/store"
)

// given is a line of a provider's book: so much of the payment A-1 is with the buyer, under this reference.
func given(reference string, minor int64) simnet.Entry {
	return simnet.Entry{Kind: simnet.KindRefund, OurReference: reference, Amount: minor, Currency: "COP", Status: simnet.Paid}
}

// The end of a world is held against amounts, currencies and payments, not against states alone: each of these is as well paid.
func TestTheBooksAreHeldAgainstEachOtherByAmount(t *testing.T) {
	id, pay := refund().ID, payment.ID("demo", "A-1")
	dead := func(e simnet.Entry) simnet.Entry { e.Status = simnet.Rejected; return e }
	with := func(change func(*simnet.Entry)) simnet.Entry { e := given(id, 5_000_00); change(&e); return e }
	for _, c := range []struct {
		what   string
		breaks string // empty = nothing
		wanted wish
		book   []simnet.Entry
	}{
		{"what was asked for", "", wish{pay, 5_000_00, "COP"}, []simnet.Entry{given(id, 5_000_00)}},
		{"what was asked for, after a refusal", "", wish{}, []simnet.Entry{dead(given(id, 5_000_00)), given(id, 5_000_00)}},
		{"a hundred times as much", ib, wish{}, []simnet.Entry{given(id, 500_000_00)}},
		{"the whole instead of a part", ib, wish{}, []simnet.Entry{given(id, 20_000_00)}},
		{"less", ib, wish{}, []simnet.Entry{given(id, 4_999_00)}},
		{"a refused one of a hundred times as much", ib, wish{}, []simnet.Entry{dead(given(id, 500_000_00)), given(id, 5_000_00)}},
		{"in another currency", ib, wish{}, []simnet.Entry{with(func(e *simnet.Entry) { e.Currency = "PEN" })}},
		{"of another payment", ib, wish{}, []simnet.Entry{with(func(e *simnet.Entry) { e.Gives = "pay_2" })}},
		{"of this payment", "", wish{}, []simnet.Entry{with(func(e *simnet.Entry) { e.Gives = pay })}},
		{"another amount than was asked for", ib, wish{pay, 50_00, "COP"}, []simnet.Entry{given(id, 5_000_00)}},
		{"in another currency than was asked for", ib, wish{pay, 5_000_00, "PEN"}, []simnet.Entry{given(id, 5_000_00)}},
		{"of another payment than was asked for", ib, wish{"pay_2", 5_000_00, "COP"}, []simnet.Entry{given(id, 5_000_00)}},
		{"twice", i2, wish{}, []simnet.Entry{given(id, 5_000_00), given(id, 5_000_00)}},
		{"twice, under the reference of another attempt", i2, wish{}, []simnet.Entry{given(id, 5_000_00), given(id+"-2", 5_000_00)}},
	} {
		p := newPlot(t)
		p.pay(20_000_00, c.book...)
		p.audits.asked = map[string]wish{id: c.wanted}
		p.audits.run([]accepted{{id, "efecty", begin}})
		if c.breaks == "" && len(p.found) > 0 || c.breaks != "" && p.found[c.breaks] == 0 {
			t.Errorf("paid %s: found %v, want %q", c.what, p.found, c.breaks)
		}
	}
}

// pay puts a payment of so much, and a refund of it that we call paid, into the store, and what the provider's book says of both.
func (p *plot) pay(minor int64, lines ...simnet.Entry) {
	p.t.Helper()
	d := then(refund(), disbursement.Paid, "webhook", "w")
	d.Version, d.Received = 0, d.Amount.Minor()
	record := payment.Encode(paid(minor))
	record.Free = minor - d.Amount.Minor()
	writes := []store.Write{store.Put{Record: record}, store.Put{Record: disbursement.Encode(d)}}
	p.put(writes...)
	p.watch.committed(writes)
	sold := simnet.Entry{Kind: simnet.KindPayment, OurReference: d.Payment, Amount: minor, Currency: "COP", Status: simnet.Paid}
	p.world.Networks = []simnet.Network{&book{entries: append([]simnet.Entry{sold}, lines...)}}
}

// What is given back of a payment is no more than the provider took for it, though each refund is as it was asked for.
func TestMoreIsGivenBackThanWasReceived(t *testing.T) {
	for received, breaks := range map[int64]bool{10_000_00: false, 9_999_00: true} {
		p := newPlot(t)
		other := then(refund(), disbursement.Paid, "webhook", "w")
		other.ID, other.Version, other.Received = disbursement.RefundID("demo", "R-2"), 0, 5_000_00
		p.put(store.Put{Record: disbursement.Encode(other)})
		p.pay(received, given(refund().ID, 5_000_00), given(other.ID, 5_000_00))
		p.audits.run([]accepted{{refund().ID, "efecty", begin}, {other.ID, "efecty", begin}})
		if got := p.found[i1] > 0; got != breaks {
			t.Errorf("10,000 given back of %d: found %v", received, p.found)
		}
	}
	p := newPlot(t)
	p.pay(5_000_00, given(refund().ID, 5_000_00))
	sold := &p.world.Networks[0].(*book).entries[0]
	sold.Currency = "PEN"
	if p.audits.run(nil); p.found[ib] == 0 {
		t.Errorf("cash in another currency than we say: found %v", p.found)
	}
}

// What the buyer got or gave back is as the provider's book says, unless a file that may be all we know is wrong.
func TestWhatTheBuyerGotIsHeldAgainstTheBook(t *testing.T) {
	with := func(state disbursement.State, received, returned int64) disbursement.Disbursement {
		d := refund()
		d.State, d.Received, d.Returned = state, received, returned
		return d
	}
	paid, back := entry{live: 1, sum: 500, least: 500, most: 500}, entry{dead: 1, least: 500, most: 500}
	for _, c := range []struct {
		what      string
		d         disbursement.Disbursement
		e         entry
		misstated bool
		want      bool
	}{
		{"all of it", with(disbursement.Settled, 500, 0), paid, false, false},
		{"less", with(disbursement.Paid, 499, 0), paid, false, true},
		{"less, by a wrong row", with(disbursement.Settled, 499, 0), paid, true, false},
		{"by hand, beside the provider", with(disbursement.Paid, 500, 0), entry{}, false, false},
		{"all came back", with(disbursement.Returned, 500, 500), back, false, false},
		{"less came back", with(disbursement.Returned, 500, 499), back, false, true},
	} {
		if got := kept(c.d, c.e, c.misstated); (got != "") != c.want {
			t.Errorf("%s: %q", c.what, got)
		}
	}
	p := newPlot(t)
	p.audits.flaws = []flawed{{"efecty-demo", "T1", refund().ID + "-2", simnet.RowUnder}}
	if !p.audits.misstated(refund().ID) || p.audits.misstated("rf_1") {
		t.Error("a wrong row is not known by the refund it is of")
	}
}

// What a provider was made to give back beyond what it had received is told at once, and once.
func TestWhatIsOverdrawnIsToldAtOnce(t *testing.T) {
	p := newPlot(t)
	for range 2 {
		p.watch.called([]simnet.Network{&book{overdrawn: []string{refund().ID}}})
	}
	if p.found[i1] != 1 {
		t.Errorf("found %v", p.found)
	}
}
