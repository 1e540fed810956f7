package sim

import (
	"context"
	"net/http"

	"github.com/vuelto/vuelto/pkg/flow/seal"
)

// readSealed shows a sealed day of a merchant's journals, as it is in the bucket of a stack.
func (w *World) readSealed(tenant, day string, done func(Reply)) {
	text, err := w.Files.Get(context.Background(), seal.Name(tenant, day))
	if err != nil {
		refuse(done, http.StatusNotFound, "not_found", "the day is not sealed")
		return
	}
	done(Reply{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/jsonl"}}, Body: text})
}
