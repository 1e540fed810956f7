package webhook_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
	"github.com/vuelto/vuelto/pkg/webhook"
)

func noon() time.Time { return time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC) }

func full() webhook.Delivery {
	return webhook.Delivery{Tenant: "demo", Account: "efecty-demo", Path: "/webhooks/efecty/efecty-demo?x=1",
		Header: http.Header{"X-Signature": {"ab"}, "X-Timestamp": {"t"}}, Body: []byte("{\"a\": 1.50}\n\xff\x00"), ReceivedAt: noon(),
		Tries: 2, Outcome: webhook.Unmatched, Note: "no such payment", Due: noon().Add(time.Minute), Version: 3}
}

func TestRecordKeepsEveryFieldAndByte(t *testing.T) {
	want := full()
	for i, v := 0, reflect.ValueOf(want); i < v.NumField(); i++ {
		if v.Field(i).IsZero() {
			t.Fatalf("the sample leaves %s empty and proves nothing about it", v.Type().Field(i).Name)
		}
	}
	record := webhook.Encode(want)
	got, err := webhook.Decode(record)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for range 20 { // headers come from a map
		if again := webhook.Encode(want); string(again.Body) != string(record.Body) {
			t.Fatalf("%s\n%s", again.Body, record.Body)
		}
	}
	if record.Index.Work != job.DueKey(want.Due, job.Apply, record.Key) {
		t.Errorf("listed as %v", record.Index)
	}
	want.Due = time.Time{}
	if done := webhook.Encode(want); done.Index != (store.Places{}) {
		t.Errorf("finished, and still listed: %v", done.Index)
	}
	record.Body = []byte("[")
	if _, err := webhook.Decode(record); err == nil {
		t.Error("half a record was read")
	}
}

// TestRepeatsShareARecord: one account's same bytes are one record; another account's are not.
func TestRepeatsShareARecord(t *testing.T) {
	key := webhook.Key("demo", "a", []byte("x"))
	if key != webhook.Key("demo", "a", []byte("x")) || !strings.HasPrefix(key.PK, "demo#") {
		t.Errorf("%s", key)
	}
	for _, other := range []store.Key{webhook.Key("demo", "a", []byte("x\n")), webhook.Key("demo", "b", []byte("x")), webhook.Key("other", "a", []byte("x"))} {
		if other == key {
			t.Errorf("%s twice", key)
		}
	}
}

// TestTriesComeToAnEnd: an item nobody knows is tried ever less often, for twelve days; what was applied, or can never be
// read, is not tried again.
func TestTriesComeToAnEnd(t *testing.T) {
	d := full()
	d.Tries, d.Due = 0, noon()
	tries, last := 0, time.Duration(0)
	for now := noon(); ; now = d.Due {
		if tries++; tries > 100 {
			t.Fatal("tried for ever")
		}
		d = d.Again(now, webhook.Unmatched, "why")
		if d.Due.IsZero() {
			if now.Before(noon().Add(webhook.GiveUpAfter)) {
				t.Errorf("given up after %s", now.Sub(noon()))
			}
			break
		}
		gap := d.Due.Sub(now)
		if gap < last || gap > 12*time.Hour {
			t.Errorf("the next try after %s, the one before after %s", gap, last)
		}
		last = gap
	}
	if d.Tries != tries || d.Note != "why" {
		t.Errorf("%d tries noted of %d", d.Tries, tries)
	}
	for _, o := range []webhook.Outcome{webhook.Applied, webhook.Malformed} {
		if got := full().Again(noon(), o, ""); !got.Due.IsZero() || got.Outcome != o {
			t.Errorf("%s is due %s", o, got.Due)
		}
	}
}

func TestHeadersWorthKeeping(t *testing.T) {
	kept := webhook.Keepable(http.Header{"Cookie": {"c"}, "User-Agent": {"u"}, "X-Forwarded-For": {"1.2.3.4"}, "Host": {"h"},
		"Content-Type": {"application/json"}, "Pe-Signature": {"s"}, "Webhook-Id": {"1"}})
	want := http.Header{"Content-Type": {"application/json"}, "Pe-Signature": {"s"}, "Webhook-Id": {"1"}}
	if diff := cmp.Diff(want, kept); diff != "" {
		t.Error(diff)
	}
}
