package sim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/audit"
)

// readSealed shows a sealed day of a merchant's journals, as it is in the bucket of a stack.
func (w *World) readSealed(tenant, day string, done func(Reply)) {
	text, err := w.Files.Get(context.Background(), audit.Name(tenant, day))
	if err != nil {
		refuse(done, http.StatusNotFound, "not_found", "the day is not sealed")
		return
	}
	done(Reply{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/jsonl"}}, Body: text})
}

// readArchive lists what lies under a lock, and until when nobody could remove it from the bucket of a stack.
func (w *World) readArchive(done func(Reply)) {
	type locked struct {
		Name   string `json:"name"`
		Until  string `json:"locked_until"`
		SHA256 string `json:"sha256"`
	}
	data := []locked{}
	for _, name := range w.Files.Names() {
		until := w.Files.Until(name)
		if until.IsZero() {
			continue
		}
		body, err := w.Files.Get(context.Background(), name)
		if err != nil {
			refuse(done, http.StatusInternalServerError, "internal", err.Error())
			return
		}
		sum := sha256.Sum256(body)
		data = append(data, locked{name, until.UTC().Format(time.RFC3339), hex.EncodeToString(sum[:])})
	}
	answer(done, http.StatusOK, map[string]any{"data": data})
}
