package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/store"
)

// deed is one thing that was done to a played provider: a line of its diary. What a provider holds is what follows from its
// diary, read from the first line: neither its book nor anything it still means to do is stored. JSON names are append-only.
type deed struct {
	Kind kind  `json:"k"`
	At   int64 `json:"at"` // Unix nanoseconds; never before the line above

	// Of a call.
	Method string      `json:"m,omitempty"`
	Path   string      `json:"p,omitempty"` // escaped, with the query
	Header http.Header `json:"h,omitempty"`
	Body   []byte      `json:"b,omitempty"`

	// Of what people do.
	Ours     string           `json:"o,omitempty"` // pay_…, rf_… or po_…
	Verb     simnet.Verb      `json:"v,omitempty"`
	Minor    *int64           `json:"n,omitempty"`
	Account  string           `json:"a,omitempty"`
	Day      string           `json:"d,omitempty"`
	Fault    simnet.Kind      `json:"f,omitempty"`
	On       simnet.Operation `json:"on,omitempty"`
	Count    int              `json:"c,omitempty"`
	Accounts []contract       `json:"ac,omitempty"`

	// Of a callback that left.
	Letter int `json:"l,omitempty"`
	Status int `json:"s,omitempty"` // 0: no answer came
}

// contract is an account with the address of its callbacks.
type contract struct {
	provider.Account
	WebhookURL string
}

// kind says what was done. Stored strings: append only.
type kind string

const (
	called   kind = "call"    // a request on the provider's wire
	opened   kind = "open"    // accounts, new or changed
	paid     kind = "pay"     // the buyer at the counter
	moved    kind = "move"    // a disbursement goes on
	balanced kind = "balance" // of an account there
	armed    kind = "fault"
	cleared  kind = "clear" // of faults
	closed   kind = "close" // a local day
	passed   kind = "pass"  // time: written before what it brought about is told
	told     kind = "told"  // what became of a callback
)

// most is how many lines a diary has: the first call to a new instance reads all of them.
const most = 50_000

// longest is how many bytes the body of a call may have; no provider's is longer.
const longest = 64 << 10

var (
	errFull  = errors.New("sandbox: the diary is full")
	errStale = errors.New("sandbox: somebody else wrote first")
)

func diaryOf(provider string) string { return "diary#" + provider }

func lineKey(provider string, number int) store.Key {
	return store.Key{PK: diaryOf(provider), SK: fmt.Sprintf("%08d", number)}
}

// write adds a line under a number. Error: errStale if the number is taken.
func (s *Stage) write(ctx context.Context, provider string, number int, d deed) error {
	if number > most {
		return fmt.Errorf("%w: %s has done %d things", errFull, provider, most)
	}
	body, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	err = s.store.Commit(ctx, store.Put{Record: store.Record{Key: lineKey(provider, number), Body: body}})
	if store.IsConflict(err) {
		return errStale
	}
	return err
}

// lines reads a diary from a number on, and hands over each.
func (s *Stage) lines(ctx context.Context, provider string, from int, each func(deed)) error {
	for after := ""; ; {
		page, err := s.store.Query(ctx, store.Query{PK: diaryOf(provider), From: lineKey(provider, from).SK, After: after, Limit: 1000})
		if err != nil {
			return err
		}
		for _, r := range page.Records {
			var d deed
			if err := json.Unmarshal(r.Body, &d); err != nil {
				return fmt.Errorf("sandbox: line %s: %w", r.Key, err)
			}
			each(d)
		}
		if after = page.Next; after == "" {
			return nil
		}
	}
}

// instant of a line.
func (d deed) instant() time.Time { return time.Unix(0, d.At).UTC() }
