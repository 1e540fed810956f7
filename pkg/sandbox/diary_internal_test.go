package sandbox

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/mem/memstore"
)

// TestADiaryHasAnEnd: the last line is written, none after it, and whoever asks is told.
func TestADiaryHasAnEnd(t *testing.T) {
	s := New(Ports{Store: memstore.New(memstore.Options{}), Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	ctx := context.Background()
	if err := s.write(ctx, "efecty", most, deed{Kind: passed}); err != nil {
		t.Fatal(err)
	}
	if err := s.write(ctx, "efecty", most, deed{Kind: passed}); !errors.Is(err, errStale) {
		t.Errorf("a number that is taken: %v", err)
	}
	err := s.write(ctx, "efecty", most+1, deed{Kind: passed})
	if !errors.Is(err, errFull) {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if s.fails(w, ctx, err); w.Code != 507 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
