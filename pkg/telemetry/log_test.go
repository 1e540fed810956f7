package telemetry_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"

	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/telemetry"
)

func line(t *testing.T, level slog.Level, write func(*slog.Logger)) map[string]any {
	t.Helper()
	var out bytes.Buffer
	write(telemetry.NewLogger(&out, level, "merchant-api"))
	if out.Len() == 0 {
		return nil
	}
	var fields map[string]any
	if err := json.Unmarshal(out.Bytes(), &fields); err != nil {
		t.Fatalf("%v in %q", err, out.String())
	}
	return fields
}

func TestOnlyKnownFieldsAreWritten(t *testing.T) {
	got := line(t, slog.LevelInfo, func(l *slog.Logger) {
		l.Warn("delivery not applied", "account", "acc", "error", errors.New("why"), "beneficiary", "María",
			"name", identity.Sensitive("María Canary"), slog.Group("payer", "name", "María"))
	})
	want := map[string]any{"level": "WARN", "message": "delivery not applied", "function": "merchant-api", "account": "acc",
		"error": "why", "name": "****ry"}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s is %v, want %v", k, got[k], v)
		}
	}
	if _, ok := got["timestamp"]; !ok || len(got) != len(want)+1 {
		t.Errorf("line has other fields: %v", got)
	}
}

func TestLevel(t *testing.T) {
	if got := line(t, slog.LevelWarn, func(l *slog.Logger) { l.Info("quiet") }); got != nil {
		t.Errorf("written below the level: %v", got)
	}
}
