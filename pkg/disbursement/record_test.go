package disbursement_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/rate"
	"github.com/vuelto/vuelto/pkg/store"
)

func full() disbursement.Disbursement {
	at := func(m int) time.Time { return noon.Add(time.Duration(m) * time.Minute) }
	return disbursement.Disbursement{
		Tenant: "demo", ID: "rf_0123456789ABCDEFGHJKMNPQRS", Kind: disbursement.Refund, Store: "store_pe",
		Network: "pagoefectivo", Provider: "pagoefectivo", Account: "acct", MerchantRef: "R-1", Payment: "pay_1", Order: "A-1",
		Amount: money.New(5000, money.PEN), Route: disbursement.Original, RouteReason: "within the window",
		Reason: "other", ReasonText: "words", OriginalTransaction: "t", OriginalReference: "c",
		Beneficiary: identity.Person{Name: "Ana", DocumentType: "DNI", DocumentNumber: "12345678", Email: "a@b", Phone: "1",
			Account: "9", Bank: "002", AccountType: "savings"},
		State: disbursement.Held, HeldFrom: disbursement.Returned, HeldReason: disbursement.HoldContested, Contested: true,
		StoppedAt: at(13), Settles: true,
		Overdrawn: true, Reference: "net", CashCode: "123", CashExpires: at(1), Received: 4000, Returned: 1000, Fee: 7,
		Word: "REJECTED", Said: "Rechazado", EvidenceAt: at(2), PaidAt: at(3), SettledOn: calendar.Date{Year: 2026, Month: 11, Day: 21},
		Attempts: []disbursement.Attempt{{At: at(4), ResponseID: "r", Outcome: "unknown"}},
		History:  []disbursement.Step{{At: at(5), From: "queued", To: "submitting", Evidence: "e", By: "b", Role: "operator", Note: "n", Delivery: "d"}},
		Desk: disbursement.Desk{Owner: "p3", Until: at(10), NotFound: 1, Proposal: disbursement.Proposal{Action: disbursement.Supply, By: "p3",
			At: at(11), Proof: "case 7", Note: "words", Beneficiary: identity.Person{Name: "Eva"}, Amount: 9}},
		CodeShownTo: "p4", Replaces: "rf_0", ReplacedBy: "rf_2", ClearedBy: "p5", Checked: "kyc:1", RemindHours: 24, Papers: []disbursement.Paper{{Name: "id_copy", Digest: "d"}}, FX: &disbursement.FX{Asked: 1, Currency: money.USD, Bears: "buyer", Lock: rate.Lock{Source: rate.TRM, Value: "4000"}}, NeedsRole: "admin", AskUntil: at(12), ApprovedHash: "h", RequestedBy: "p1", ApprovedBy: "p2", CreatedAt: at(6), AcceptedOn: calendar.Date{Year: 2026, Month: 11, Day: 20},
		SentAt: at(7), LastSentAt: at(8), Polls: 3, Due: at(9), Version: 5,
	}
}

func TestRecordKeepsEveryField(t *testing.T) {
	want := full()
	got, err := disbursement.Decode(disbursement.Encode(want))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(money.Amount{}, identity.Sensitive(""))); diff != "" {
		t.Error(diff)
	}
}

// A refund as it is created must fit one kilobyte: each kilobyte more is another write unit, twice in a transaction.
func TestAFreshRefundFitsOneWriteUnit(t *testing.T) {
	d := full()
	d.StoppedAt, d.Settles = time.Time{}, false
	d.State, d.Attempts, d.HeldReason, d.HeldFrom, d.Desk = disbursement.Queued, nil, "", "", disbursement.Desk{}
	d.ClearedBy, d.Checked, d.Papers, d.FX, d.RemindHours = "", "", nil, nil, 0
	d.RequestedBy, d.ApprovedBy, d.NeedsRole, d.AskUntil, d.ApprovedHash, d.CodeShownTo, d.Replaces, d.ReplacedBy = "sk_test_demo", "", "", time.Time{}, "", "", "", ""
	if n := len(disbursement.Encode(d).Body); n > 760 {
		t.Errorf("body is %d bytes; with keys and index attributes it would pass 1 KB", n)
	}
}

func TestWorkIndexFollowsTheState(t *testing.T) {
	cases := []struct {
		state disbursement.State
		due   time.Time
		want  string
	}{
		{disbursement.Queued, noon, "|submit|"},
		{disbursement.Unknown, noon, "|poll|"},
		{disbursement.Paid, time.Time{}, "2026-11-20T17:03:00.000Z|demo#rf"},
		{disbursement.Settled, time.Time{}, "demo#rf"},
		{disbursement.Held, time.Time{}, "2026-11-20T17:05:00.000Z|demo#rf"},
		{disbursement.Cancelled, time.Time{}, ""},
	}
	for _, c := range cases {
		d := full()
		d.State, d.Due, d.History[0].To = c.state, c.due, c.state
		if c.state != disbursement.Settled {
			d.SettledOn = calendar.Date{}
		}
		entry := disbursement.Encode(d).Index.Work
		if listed := entry.PK != ""; listed != (c.want != "") || !strings.Contains(entry.SK, c.want) {
			t.Errorf("%s: entry %q, want %q", c.state, entry.SK, c.want)
		}
	}
}

func TestStepsCountsTheHistoryAlone(t *testing.T) {
	d := disbursement.Disbursement{Tenant: "acme", ID: "rf_1"}
	for n := range 3 {
		if got, err := disbursement.Steps(disbursement.Encode(d)); err != nil || got != n {
			t.Fatalf("%d steps: got %d, %v", n, got, err)
		}
		d.History = append(d.History, disbursement.Step{To: disbursement.Queued, Evidence: "request"})
	}
	if _, err := disbursement.Steps(store.Record{Body: []byte("{")}); err == nil {
		t.Fatal("half a record was counted")
	}
}

func BenchmarkDecode(b *testing.B) {
	r := disbursement.Encode(full())
	b.SetBytes(int64(len(r.Body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := disbursement.Decode(r); err != nil {
			b.Fatal(err)
		}
	}
}
