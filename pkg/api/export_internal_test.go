package api

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/store"
)

// TestEveryRowOfALongDayOnce: a day of more rows than an answer carries, over the end of a month of UTC, comes in parts that
// hold each row once, in order; the days before and after have none of it.
func TestEveryRowOfALongDayOnce(t *testing.T) {
	first := time.Date(2026, 11, 30, 5, 0, 0, 0, time.UTC) // midnight in Bogota and Lima
	const rows = 12 * exportRows / 5                       // the second part ends in the second month
	step := 24 * time.Hour / rows
	books := memstore.New(memstore.Options{Now: func() time.Time { return first }})
	for i := -1; i <= rows; i++ {
		at := first.Add(time.Duration(i) * step)
		switch i {
		case -1:
			at = first.Add(-time.Millisecond)
		case rows:
			at = first.Add(24 * time.Hour)
		}
		d := disbursement.Disbursement{Tenant: "demo", ID: fmt.Sprintf("rf_%06d", i+1), Kind: disbursement.Refund, Amount: money.New(100, money.COP),
			State: disbursement.Queued, CreatedAt: at}
		if err := books.Commit(context.Background(), store.Put{Record: disbursement.Encode(d)}); err != nil {
			t.Fatal(err)
		}
	}
	s := &Server{Store: books}
	var ids []string
	parts := 0
	for path := "/v1/days/2026-11-30/export.csv?of=refunds&shape=plain"; path != ""; parts++ {
		r := httptest.NewRequest("GET", path, nil)
		r.SetPathValue("date", "2026-11-30")
		answer, err := s.exportCSV(r, request.Caller{Merchant: merchant.Merchant{ID: "demo"}})
		if err != nil {
			t.Fatal(err)
		}
		part := answer.(download)
		lines := strings.Split(strings.TrimSpace(string(part.body)), "\n")
		for _, line := range lines[1:] {
			ids = append(ids, strings.Split(line, ",")[1])
		}
		path = part.next
	}
	if len(ids) != rows || ids[0] != "rf_000001" || ids[rows-1] != fmt.Sprintf("rf_%06d", rows) {
		t.Fatalf("%d rows of %d, from %s to %s", len(ids), rows, ids[0], ids[len(ids)-1])
	}
	for i, id := range ids {
		if id != fmt.Sprintf("rf_%06d", i+1) {
			t.Fatalf("row %d is %s", i+1, id)
		}
	}
	if parts < 3 {
		t.Errorf("%d parts", parts)
	}
}
