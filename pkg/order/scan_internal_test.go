package order

import (
	"bytes"
	"encoding/json"
	"maps"
	"testing"

	"pgregory.net/rapid"
)

// members reads an object as object does, with its keys as text.
func members(b []byte) (map[string]string, bool) {
	found := map[string]string{}
	whole := object(b, func(key, value []byte) bool {
		found[text(key)] = string(value)
		return true
	})
	return found, whole
}

// TestRecordsAreScannedAsTheyAreDecoded: every name and every value, whatever shops have put into them.
func TestRecordsAreScannedAsTheyAreDecoded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.OneOf(rapid.String(), rapid.StringMatching(`["\\{}\[\],: <>é\x{2028}]{0,12}`))
		known := map[string]kept[Order]{}
		for range rapid.IntRange(0, 5).Draw(t, "orders") {
			known[words.Draw(t, "name")] = kept[Order]{Order{Also: rapid.SliceOfN(words, 0, 3).Draw(t, "also"), Method: words.Draw(t, "method")}, words.Draw(t, "by"),
				rapid.Int64().Draw(t, "at")}
		}
		body, err := json.Marshal(known)
		if err != nil {
			t.Fatal(err)
		}
		var want map[string]json.RawMessage
		if err := json.Unmarshal(body, &want); err != nil {
			t.Fatal(err)
		}
		got, whole := members(body)
		if !whole || len(got) != len(want) {
			t.Fatalf("%d of %d members of %s, whole: %v", len(got), len(want), body, whole)
		}
		for name, value := range want {
			if got[name] != string(value) {
				t.Fatalf("%q is %s, want %s", name, got[name], value)
			}
			what := field(value, "w")
			var line struct{ W, At json.RawMessage }
			if err := json.Unmarshal(value, &line); err != nil || !bytes.Equal(what, line.W) || !bytes.Equal(field(value, "at"), line.At) {
				t.Fatalf("of %s: w %s, at %s; %v", value, what, field(value, "at"), err)
			}
		}
	})
}

// FuzzObject: whatever stands in a record, scanning it ends; and what is an object without blanks has the members that it has.
func FuzzObject(f *testing.F) {
	for _, s := range []string{"", "{", "{}", `{"a":1}`, `{"a":{"b":[1,"}"]},"c":"\\\""}`, `{"a"`, `{"a":"\`, `{,}`, `{"a":1,}`, `{"\u0061":null}`, `[1]`, `{"a":}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, whole := members(b)
		var compact bytes.Buffer
		var want map[string]json.RawMessage
		if json.Compact(&compact, b) != nil || !bytes.Equal(compact.Bytes(), b) || json.Unmarshal(b, &want) != nil || want == nil {
			return
		}
		texts := map[string]string{}
		for name, value := range want {
			texts[name] = string(value)
		}
		if !whole || !maps.Equal(got, texts) {
			t.Errorf("%s has %v, whole: %v", b, got, whole)
		}
	})
}
