package payment_test

import (
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/store"
)

func full() payment.Payment {
	at := func(m int) time.Time { return noon().Add(time.Duration(m) * time.Minute) }
	return payment.Payment{Tenant: "demo", ID: "pay_0123456789ABCDEFGHJKMNPQRS", Store: "store_pe", Network: "pagoefectivo",
		Provider: "pagoefectivo", Account: "acct", Order: "A-1", Amount: money.New(5000, money.PEN),
		Payer: identity.Person{Name: "Ana", DocumentType: "DNI", DocumentNumber: "12345678", Email: "a@b", Phone: "1", Account: "9",
			Bank: "002", AccountType: "savings"},
		State: payment.Paid, Voucher: payment.Voucher{Code: "77", Barcode: "770", URL: "https://x", ExpiresAt: at(1)},
		Receipts: []payment.Receipt{{TransactionID: "T1", Minor: 5000, At: at(2), SettledOn: day(), Fee: 9}},
		History:  []payment.Step{{At: at(3), From: payment.Pending, To: payment.Paid, Evidence: "e", By: "webhook", Role: "admin", Note: "n"}},
		KeyHash:  "kh", BodyHash: "bh", Word: "PAID", Said: "Pagado", CreatedAt: at(4), ExpiresAt: at(5), CancelledAt: at(6), Polls: 3, Due: at(7), Version: 5,
		Handled: payment.Handling{What: payment.Revive, By: "p1", At: at(8), Receipts: 1, Refund: "rf_1"}, Voided: []string{"rf_1"}, Free: 4000, Refunds: []string{"rf_1"}}
}

func same(t *testing.T, want, got payment.Payment) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(money.Amount{}, identity.Sensitive(""))); diff != "" {
		t.Error(diff)
	}
}

func TestRecordKeepsEveryField(t *testing.T) {
	want := full()
	for i, v := 0, reflect.ValueOf(want); i < v.NumField(); i++ {
		if v.Field(i).IsZero() {
			t.Fatalf("the sample leaves %s empty and proves nothing about it", v.Type().Field(i).Name)
		}
	}
	got, err := payment.Decode(payment.Encode(want))
	if err != nil {
		t.Fatal(err)
	}
	same(t, want, got)
	bare := payment.Payment{Tenant: "demo", ID: "pay_1", State: payment.Pending, CreatedAt: noon()}
	if got, err = payment.Decode(payment.Encode(bare)); err != nil {
		t.Fatal(err)
	}
	same(t, bare, got)
}

// TestRecordsOfThisReleaseStayReadable: the stored form is a promise to every later release.
func TestRecordsOfThisReleaseStayReadable(t *testing.T) {
	const golden = "testdata/record.json"
	record := payment.Encode(full())
	if *update {
		if err := os.WriteFile(golden, append(record.Body, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	stored, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	record.Body = stored
	got, err := payment.Decode(record)
	if err != nil {
		t.Fatal(err)
	}
	same(t, full(), got)
	record.Body = []byte("{")
	if _, err := payment.Decode(record); err == nil {
		t.Error("half a record was read")
	}
}

// TestWhereAPaymentIsListed: for its merchant once there is something to show; for the sweep while somebody must ask; for
// the settlement until every receipt was seen.
func TestWhereAPaymentIsListed(t *testing.T) {
	key := payment.Key("demo", "pay_1")
	claimed := fresh()
	if at := payment.Encode(claimed).Index; at != (store.Places{}) {
		t.Errorf("without a voucher: %v", at)
	}
	open := in(t, payment.Pending)
	if at := payment.Encode(open).Index; at.List != payment.ListKey("demo", "pay_1", noon()) || at.Work != job.DueKey(open.Due, job.Poll, key) {
		t.Errorf("open: %v", at)
	}
	paid := in(t, payment.Paid)
	if at := payment.Encode(paid).Index; at.Work != job.AwaitKey("demo", "", noon(), key) {
		t.Errorf("paid: %v", at)
	}
	for _, s := range []payment.State{payment.Expired, payment.Cancelled} {
		if payment.Encode(in(t, s)).Index.Work.PK != "" {
			t.Errorf("%s: somebody still has to do something", s)
		}
	}
}

func TestIdsFollowFromOrders(t *testing.T) {
	a, b := payment.ID("demo", "A-1"), payment.ID("demo", "A-1")
	if a != b || len(a) != 30 || a[:4] != "pay_" {
		t.Errorf("%s and %s", a, b)
	}
	for _, other := range []string{payment.ID("demo", "A-2"), payment.ID("other", "A-1"), payment.ID("demoA", "-1")} {
		if other == a {
			t.Errorf("%s twice", a)
		}
	}
	if payment.DecodePointer(payment.EncodePointer(payment.TransactionKey("demo", "acct", "T1"), a)) != a {
		t.Error("the pointer leads elsewhere")
	}
}
