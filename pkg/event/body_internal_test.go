package event

import (
	"encoding/json"
	"testing"
	"time"
)

// TestABodyIsWhatJSONMakesOfIt: of every type, byte for byte.
func TestABodyIsWhatJSONMakesOfIt(t *testing.T) {
	e := Event{At: time.Date(2026, 11, 20, 10, 0, 0, 7_999_999, time.FixedZone("", -5*3600)), Data: encode(map[string]string{"name": "ñ <&> \u2028 \""})}
	for _, as := range append(Types(), Processed) {
		want := encode(struct {
			Type      Type            `json:"type"`
			Timestamp string          `json:"timestamp"`
			Data      json.RawMessage `json:"data"`
		}{as, "2026-11-20T15:00:00.007Z", e.Data})
		if got := e.Body(as); string(got) != string(want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
