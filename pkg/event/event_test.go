package event_test

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/event"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/store"
)

func at(ms int) time.Time {
	return time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC).Add(time.Duration(ms) * time.Millisecond)
}

// refund is one with the first n steps of a story that ends contradicted.
func refund(n int) disbursement.Disbursement {
	d := disbursement.Disbursement{Tenant: "demo", ID: disbursement.RefundID("demo", "R-1"), Kind: disbursement.Refund, Store: "s", Network: "efecty",
		Provider: "efecty", Account: "a", MerchantRef: "R-1", Amount: money.New(5000, money.PEN), State: disbursement.Queued, CreatedAt: at(0),
		Beneficiary: identity.Person{Name: "Ana Quispe", Email: "ana@example.pe", DocumentNumber: "10117410", Phone: "+51999888777"}, Version: int64(n) + 1}
	states := []disbursement.State{"", disbursement.Queued, disbursement.Submitting, disbursement.Rejected, disbursement.Held}
	for i := range n {
		d.History = append(d.History, disbursement.Step{At: at(i), From: states[i], To: states[i+1], Evidence: "e" + string(rune(0x61+i)), By: "webhook"})
		d.State = states[i+1]
	}
	return d
}

func changes(from, to int) store.Change {
	c := store.Change{New: disbursement.Encode(refund(to))}
	if from > 0 {
		c.Old = disbursement.Encode(refund(from))
	}
	return c
}

func of(t *testing.T, c store.Change) []event.Event {
	t.Helper()
	events, err := event.Of(c)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// TestAStepIsOneEventHoweverItIsSeen: one by one, all at once, or twice, the ids are the same.
func TestAStepIsOneEventHoweverItIsSeen(t *testing.T) {
	all := of(t, changes(0, 4))
	var types []string
	for i, e := range all {
		types = append(types, string(e.Type))
		one := of(t, changes(i, i+1))
		if len(one) != 1 || one[0].ID != e.ID || one[0].Journal != e.Journal || one[0].Type != e.Type {
			t.Errorf("step %d alone is %+v, among all %+v", i+1, one, e)
		}
		if _, ok := event.Key("demo", e.ID); !ok {
			t.Errorf("no key of %s", e.ID)
		}
		if text := string(e.Data); strings.Contains(text, "Quispe") || strings.Contains(text, "ana@") || strings.Contains(text, "10117410") || strings.Contains(text, "999888777") {
			t.Errorf("a person in %s", text)
		}
	}
	if got := strings.Join(types, " "); got != "refund.queued refund.submitting refund.rejected refund.contradicted" {
		t.Errorf("%s", got)
	}
	if got := of(t, changes(3, 3)); len(got) != 0 {
		t.Errorf("nothing new told %v", got)
	}
	if !slices.IsSortedFunc(all, func(a, b event.Event) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("ids do not sort by time")
	}
	if _, err := event.Of(store.Change{New: store.Record{Key: disbursement.Key("demo", "rf_1"), Version: 1, Body: []byte("{")}}); err == nil {
		t.Error("half a record was read")
	}
}

func TestEveryTypeThatCanBeToldIsListed(t *testing.T) {
	seen := map[event.Type]bool{}
	for _, e := range event.Types() {
		if seen[e] {
			t.Errorf("%s twice", e)
		}
		seen[e] = true
		for _, f := range []string{"*", string(e), strings.SplitN(string(e), ".", 2)[0] + ".*"} {
			if !slices.Contains(event.Filters(), f) {
				t.Errorf("%s cannot be asked for as %s", e, f)
			}
			if as, ok := event.Wants([]string{f}, e); !ok || as != e {
				t.Errorf("%s does not get %s", f, e)
			}
		}
	}
	if as, ok := event.Wants([]string{string(event.Processed)}, "refund.paid"); !ok || as != event.Processed {
		t.Errorf("the alias gives %s, %v", as, ok)
	}
	if _, ok := event.Wants([]string{string(event.Processed)}, "refund.queued"); ok {
		t.Error("the alias gives more than refund.paid")
	}
	text, err := os.ReadFile("../../infra/openapi/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Components struct {
			Schemas map[string]struct{ Enum []event.Type }
		}
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(append(event.Types(), event.Processed), d.Components.Schemas["EventType"].Enum); diff != "" {
		t.Errorf("the code has (-), openapi.json (+):\n%s", diff)
	}
}

// TestSignaturesAreThoseOfTheReference: of each secret that signs, and of no other.
func TestSignaturesAreThoseOfTheReference(t *testing.T) {
	e := of(t, changes(0, 1))[0]
	body := e.Body(e.Type)
	one, two := event.NewSecret([]byte("0123456789abcdef01234567")), event.NewSecret([]byte("another-key-of-32-bytes-in-all!!"))
	h := http.Header{}
	if err := event.Sign(h, e.ID, time.Now(), body, []string{one, two}); err != nil {
		t.Fatal(err)
	}
	verify := func(secret string, body []byte) error {
		wh, err := webhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		return wh.Verify(body, h)
	}
	if err := verify(one, body); err != nil {
		t.Error(err)
	}
	if err := verify(two, body); err != nil {
		t.Error(err)
	}
	if verify(event.NewSecret([]byte("0123456789abcdef01234568")), body) == nil || verify(one, append(body, ' ')) == nil {
		t.Error("anything is believed")
	}
	for _, bad := range [][]string{nil, {""}, {"whsec_"}, {"whsec_***"}} {
		if err := event.Sign(h, e.ID, time.Now(), body, bad); err == nil {
			t.Errorf("signed with %q", bad)
		}
	}
}

// TestRecordsComeBack, with the log of their deliveries, and are on the work index while something is to be tried.
func TestRecordsComeBack(t *testing.T) {
	e := of(t, changes(0, 1))[0]
	e.To = []event.Delivery{{Endpoint: "we_1", As: event.Processed, NextAt: at(9), Tries: 2, Log: []event.Attempt{{At: at(1), Status: 500, Fault: "status_500", Took: time.Second}}},
		{Endpoint: "we_2", As: e.Type, Outcome: event.Delivered}}
	r := event.Encode(e, at(0))
	got, err := event.Decode(r)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(e, got); diff != "" {
		t.Error(diff)
	}
	if r.Index.Work.PK == "" {
		t.Error("nobody will try it again")
	}
	e.To[0].Outcome = event.Failed
	if event.Encode(e, at(0)).Index.Work.PK != "" {
		t.Error("tried for ever")
	}
	for _, id := range []string{"", "evt_", "evt_x", "rf_01M7XCBXG0QPJT7ZE1D8VAAATW", "evt_Z1M7XCBXG0QPJT7ZE1D8VAAATW", "evt_01M7XCBXG0QPJT7ZE1D8VAAATU"} {
		if _, ok := event.Key("demo", id); ok {
			t.Errorf("%q passes for an id", id)
		}
	}
}

// TestTheLogIsBounded, and an endpoint puts us off by a day at most.
func TestTheLogIsBounded(t *testing.T) {
	d := event.Delivery{Endpoint: "we_1"}
	for i := range 100 {
		if d.Outcome != event.Pending {
			d = d.Again()
		}
		d = d.Tried("evt_1", event.Attempt{At: at(i), Fault: "timeout"}, 1000*time.Hour)
		if len(d.Log) > event.MaxLog || d.NextAt.Sub(at(i)) > 30*time.Hour {
			t.Fatalf("after %d tries: %d lines, next in %s", i+1, len(d.Log), d.NextAt.Sub(at(i)))
		}
	}
}
