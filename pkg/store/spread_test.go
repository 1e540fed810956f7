package store_test

import (
	"hash/fnv"
	"testing"

	"github.com/vuelto/vuelto/pkg/store"
)

// Keys in tables were made with it: it may never give another number.
func TestSpreadIsFNV1a(t *testing.T) {
	for _, texts := range [][]string{{}, {""}, {"a"}, {"demo#rf_1"}, {"evt_1ep_2", "\x03"}, {"\x00\xff", "ñ", "退款"}} {
		narrow, wide, all := fnv.New32a(), fnv.New64a(), ""
		for _, text := range texts {
			_, _ = narrow.Write([]byte(text))
			all += text
		}
		_, _ = wide.Write([]byte(all))
		if got := store.Spread(texts...); got != narrow.Sum32() {
			t.Errorf("%q: %d, want %d", texts, got, narrow.Sum32())
		}
		if got := store.SpreadWide(all); got != wide.Sum64() {
			t.Errorf("%q: %d, want %d", all, got, wide.Sum64())
		}
	}
}
