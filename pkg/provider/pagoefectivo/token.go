package pagoefectivo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/vuelto/vuelto/pkg/provider"
)

// spare is how long before its end a token is given up, so that none runs out between our check and theirs.
const spare = 5 * time.Minute

// token is the bearer all calls share; documented to live two hours and to be used many times.
type token struct {
	mu     sync.Mutex // never held during a call
	bearer string
	until  time.Time
}

func (t *token) get(now time.Time) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.Before(t.until.Add(-spare)) {
		return t.bearer
	}
	return ""
}

func (t *token) set(bearer string, until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bearer, t.until = bearer, until
}

// forget drops a token that the other side no longer honours.
func (t *token) forget() { t.set("", time.Time{}) }

// hashOf signs a token request: a plain SHA-256 over the joined parts, not an HMAC.
func hashOf(service int64, access, secret, date string) string {
	sum := sha256.Sum256([]byte(strconv.FormatInt(service, 10) + "." + access + "." + secret + "." + date))
	return hex.EncodeToString(sum[:])
}

// bearer gives a token that is still good for a while. Whatever goes wrong here, the call it was for was never sent:
// asking for a token moves no money.
func (a *Adapter) bearer(ctx context.Context) (string, error) {
	if kept := a.token.get(a.clock.Now()); kept != "" {
		return kept, nil
	}
	bearer, until, err := a.authorize(ctx)
	if err != nil {
		var e *provider.Error
		if errors.As(err, &e) && e.Class == provider.Denied {
			return "", e
		}
		return "", &provider.Error{Class: provider.NotSent, Note: "no token", Err: err}
	}
	a.token.set(bearer, until)
	return bearer, nil
}

func (a *Adapter) authorize(ctx context.Context) (string, time.Time, error) {
	date := a.clock.Now().In(lima()).Format(time.RFC3339)
	body, err := json.Marshal(struct {
		AccessKey   string `json:"accessKey"`
		IDService   int64  `json:"idService"`
		DateRequest string `json:"dateRequest"`
		HashString  string `json:"hashString"`
	}{a.access, a.service, date, hashOf(a.service, a.access, a.secret, date)})
	if err != nil {
		return "", time.Time{}, err
	}
	reply, err := provider.Exchange(ctx, a.doer, provider.Call{Method: http.MethodPost,
		URL: a.account.Endpoint + "/v1/authorizations", Body: body})
	if err != nil {
		return "", time.Time{}, err
	}
	var granted struct {
		Token        string    `json:"token"`
		TokenExpires time.Time `json:"tokenExpires"`
	}
	if err := a.read(reply, http.StatusCreated, &granted); err != nil {
		return "", time.Time{}, err
	}
	if granted.Token == "" || granted.TokenExpires.IsZero() {
		return "", time.Time{}, errors.New("pagoefectivo: a token answer without a token")
	}
	return granted.Token, granted.TokenExpires, nil
}
