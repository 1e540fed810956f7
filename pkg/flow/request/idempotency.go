package request

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/vuelto/vuelto/pkg/mutant"
	"github.com/vuelto/vuelto/pkg/store"
)

// KeepAnswers is how long the answer to an idempotency key is kept. Uniqueness does not rest on it: the merchant's own
// ids are unique for ever.
const KeepAnswers = 7 * 24 * time.Hour

// Key is an Idempotency-Key with the request it came with, both hashed.
type Key struct {
	Hash     string // of tenant and key
	BodyHash string // of method, path and body
}

// NewKey hashes what identifies a request.
func NewKey(tenant, key, method, path string, body []byte) Key {
	return Key{Hash: digest(tenant, key), BodyHash: digest(method, path, string(body))}
}

func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Answer is what a request got: the bytes a repeat gets again.
type Answer struct {
	Status   int
	Body     []byte
	Replayed bool
}

type answerBody struct {
	BodyHash string `json:"b"`
	Status   int    `json:"s"`
	Answer   string `json:"a,omitempty"` // of bytes that are no compact JSON, and of what was kept before Plain was

	// Plain is an answer as it is: quoted a second time, an ordinary one would be longer by a tenth and is billed by the kilobyte.
	Plain json.RawMessage `json:"p,omitempty"`
	Ended bool            `json:"n,omitempty"` // a newline follows Plain
}

func answerKey(tenant string, key Key) store.Key {
	return store.Key{PK: tenant + "#key#" + key.Hash, SK: "answer"}
}

// keep is the write that keeps an answer: it fails if the key has one already.
func (r *Requester) keep(tenant string, key Key, a Answer) store.Write {
	plain, ended := bytes.CutSuffix(a.Body, []byte("\n"))
	kept := answerBody{BodyHash: key.BodyHash, Status: a.Status, Plain: plain, Ended: ended}
	body, err := json.Marshal(kept)
	_, as, _ := bytes.Cut(body, []byte(`"p":`)) // before it is nothing but a hash and a number
	rest, same := bytes.CutPrefix(as, plain)
	if err != nil || !same || string(rest) != "}" && string(rest) != `,"n":true}` { // it would come back as other bytes
		kept.Plain, kept.Ended, kept.Answer = nil, false, string(a.Body)
		if body, err = json.Marshal(kept); err != nil {
			panic(err) // strings and integers always encode
		}
	}
	return store.Put{Record: store.Record{Key: answerKey(tenant, key), Body: body, Expires: r.Now().Add(KeepAnswers)}}
}

// replay finds the kept answer of a key. found is false if there is none. Error: ErrKeyReused.
func (r *Requester) replay(ctx context.Context, tenant string, key Key) (a Answer, found bool, err error) {
	record, err := r.Store.Get(ctx, answerKey(tenant, key))
	if errors.Is(err, store.ErrNotFound) {
		return Answer{}, false, nil
	}
	if err != nil {
		return Answer{}, false, err
	}
	var kept answerBody
	if err := store.Unmarshal(record.Body, &kept); err != nil {
		return Answer{}, false, fmt.Errorf("request: answer %s: %w", record.Key, err)
	}
	if kept.BodyHash != key.BodyHash && !mutant.On("mismatch-on-read") {
		return Answer{}, true, ErrKeyReused
	}
	a = Answer{Status: kept.Status, Body: kept.Plain, Replayed: true}
	switch {
	case kept.Plain == nil:
		a.Body = []byte(kept.Answer)
	case kept.Ended:
		a.Body = append(a.Body, '\n')
	}
	return a, true, nil
}

// orReplay gives a refused request the answer its key already has, if any: what was once accepted stays accepted, even
// if it would be refused today.
func (r *Requester) orReplay(ctx context.Context, tenant string, key Key, refusal error) (Answer, error) {
	a, found, err := r.replay(ctx, tenant, key)
	if err != nil || found {
		return a, err
	}
	return Answer{}, refusal
}
