package request

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/store"
)

// TestARepeatGetsTheSameBytes: whatever they are, and as they are where that is shorter.
func TestARepeatGetsTheSameBytes(t *testing.T) {
	r := &Requester{Store: memstore.New(memstore.Options{}), Now: func() time.Time { return time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC) }}
	for body, plain := range map[string]bool{
		`{"id":"rf_1","note":"\u003ca\u003e \u2028 ñ"}` + "\n": true,
		`{"p":{"n":true}}`:            true,
		`null`:                        true,
		`7`:                           true,
		``:                            false,
		"\n":                          false,
		`{"id": "rf_1"}`:              false,
		`{"id":"rf_1"}` + "\n\n":      false,
		`{"note":"<a>"}`:              false,
		`{"note":"` + "\u2028" + `"}`: false,
		`{"id":`:                      false,
		`}`:                           false,
		` {"note":"<"}`:               false,
		"<html>\"p\":</html>":         false,
	} {
		key := NewKey("demo", body, "POST", "/v1/refunds", []byte(body))
		write := r.keep("demo", key, Answer{Status: 201, Body: []byte(body)})
		if kept := string(write.(store.Put).Record.Body); strings.Contains(kept, `,"p":`) != plain {
			t.Errorf("%q is kept as %s", body, kept)
		}
		if err := r.Store.Commit(context.Background(), write); err != nil {
			t.Fatal(err)
		}
		got, found, err := r.replay(context.Background(), "demo", key)
		if err != nil || !found || string(got.Body) != body || got.Status != 201 {
			t.Errorf("%q came back as %q, %v, %v", body, got.Body, found, err)
		}
	}
}
