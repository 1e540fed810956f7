package request

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/store"
)

// ErrKind says that a file is none of the kinds that are kept as compliance documents.
var ErrKind = errors.New("not a PDF, PNG or JPEG")

// paperName is where a compliance document is kept: under its digest, so that it cannot be changed afterwards.
func paperName(tenant, digest string) string { return "documents/" + tenant + "/" + digest }

func paperKey(tenant, digest string) store.Key {
	return store.Key{PK: tenant + "#document#" + digest, SK: "document"}
}

// KeepPaper keeps a compliance document and gives its digest, by which a refund or payout names it. The same file again is
// the same document. Error: ErrKind.
func (r *Requester) KeepPaper(ctx context.Context, c Caller, body []byte) (digest, kind string, err error) {
	switch {
	case bytes.HasPrefix(body, []byte("%PDF-")):
		kind = "application/pdf"
	case bytes.HasPrefix(body, []byte("\x89PNG\r\n\x1a\n")):
		kind = "image/png"
	case bytes.HasPrefix(body, []byte{0xff, 0xd8, 0xff}):
		kind = "image/jpeg"
	default:
		return "", "", ErrKind
	}
	sum := sha256.Sum256(body)
	digest = hex.EncodeToString(sum[:])
	if err := r.Files.Put(ctx, paperName(c.Merchant.ID, digest), body); err != nil {
		return "", "", err
	}
	// The record comes second: whoever finds it finds the file.
	err = r.Store.Commit(ctx, store.Put{Record: store.Record{Key: paperKey(c.Merchant.ID, digest), Body: []byte(kind)}})
	if store.IsConflict(err) {
		err = nil
	}
	return digest, kind, busy(err)
}

// HasPaper says whether the caller has kept a document of a digest. Error: ErrNotFound.
func (r *Requester) HasPaper(ctx context.Context, c Caller, digest string) error {
	_, err := r.Store.Get(ctx, paperKey(c.Merchant.ID, digest))
	return notFound(err, "document")
}

// Paper reads a document back, with its kind. Error: ErrNotFound.
func (r *Requester) Paper(ctx context.Context, c Caller, digest string) (body []byte, kind string, err error) {
	record, err := r.Store.Get(ctx, paperKey(c.Merchant.ID, digest))
	if err != nil {
		return nil, "", notFound(err, "document")
	}
	body, err = r.Files.Get(ctx, paperName(c.Merchant.ID, digest))
	if errors.Is(err, file.ErrNotFound) {
		err = fmt.Errorf("request: document %s has a record and no file", digest)
	}
	return body, string(record.Body), err
}
