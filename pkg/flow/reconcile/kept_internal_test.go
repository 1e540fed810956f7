package reconcile

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// TestEntriesKeepNoBodies: of a large day's records the books keep what is compared, not what it was read from.
func TestEntriesKeepNoBodies(t *testing.T) {
	b := &books{account: provider.Account{ID: "a"}, records: map[string]store.Record{}, settledOn: map[string]calendar.Date{}, zone: time.UTC, light: true}
	const n = 300
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	for i := range n {
		r := disbursement.Encode(disbursement.Disbursement{Tenant: "t", ID: disbursement.RefundID("t", string(rune(i))), Kind: disbursement.Refund, Account: "a",
			Amount: money.New(100, money.COP), State: disbursement.Paid, Reference: "T-1", OriginalReference: "V-1", Said: strings.Repeat("x", 10_000)})
		if err := b.add(r, func(settlement.Entry) bool { return true }); err != nil {
			t.Fatal(err)
		}
	}
	if kept := int64(heap()) - int64(before); len(b.entries) != n || kept > n*2_000 {
		t.Errorf("%d entries keep %d bytes", len(b.entries), kept)
	}
	runtime.KeepAlive(b)
}
