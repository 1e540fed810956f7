package merchant

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/store"
)

// ErrInvitation says that a token is no invitation of ours.
var ErrInvitation = errors.New("merchant: no invitation of ours")

// InvitedFor is how long the invitation in a notice holds, counted from when the money was held.
const InvitedFor = 7 * 24 * time.Hour

// Invitation lets a buyer tell what is missing of them to be paid. Whoever has its token may say where the money goes, so it
// cannot be guessed, speaks of one hold of one refund, ends, and is of use once: see disbursement.Invited.
type Invitation struct {
	Tenant  string
	Subject string    // rf_…
	Held    time.Time // since when the money waits for it: of a later hold it says nothing
	Until   time.Time // it holds before this
}

const (
	tokenVersion = "1"
	tokenMAC     = 16 // bytes: 2^128 guesses
	maxToken     = 400
)

// Token is the invitation as it stands in a link, signed. It names the merchant and the refund, and nothing of the buyer.
func (i Invitation) Token(secret []byte) string {
	base := func(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 36) }
	said := strings.Join([]string{tokenVersion, i.Tenant, i.Subject, base(i.Held), base(i.Until)}, "\n")
	enc := base64.RawURLEncoding
	return enc.EncodeToString([]byte(said)) + "." + enc.EncodeToString(signature(secret, said))
}

func signature(secret []byte, said string) []byte {
	h := hmac.New(sha256.New, secret)
	_, _ = h.Write([]byte("invitation\n" + said))
	return h.Sum(nil)[:tokenMAC]
}

// ParseInvitation reads a token. What it says is to be believed only if it Fits. Error: ErrInvitation.
func ParseInvitation(token string) (Invitation, error) {
	head, _, ok := strings.Cut(token, ".")
	said, err := base64.RawURLEncoding.DecodeString(head)
	parts := strings.Split(string(said), "\n")
	if !ok || err != nil || len(token) > maxToken || len(parts) != 5 || parts[0] != tokenVersion {
		return Invitation{}, ErrInvitation
	}
	held, err := strconv.ParseInt(parts[3], 36, 64)
	until, err2 := strconv.ParseInt(parts[4], 36, 64)
	if err != nil || err2 != nil || parts[1] == "" || parts[2] == "" {
		return Invitation{}, ErrInvitation
	}
	return Invitation{Tenant: parts[1], Subject: parts[2], Held: calendar.Instant(held), Until: calendar.Instant(until)}, nil
}

// Fits says whether the token is the one that we signed for the invitation.
func (i Invitation) Fits(secret []byte, token string) bool {
	return hmac.Equal([]byte(i.Token(secret)), []byte(token))
}

// Secrets are what merchants' invitations are signed with: one for each, made when first needed.
type Secrets struct {
	Store  store.Store
	Random func(n int) []byte // that nobody can guess
}

const secretBytes = 32

func secretKey(tenant string) store.Key {
	return store.Key{PK: tenant + "#invitations", SK: "secret"}
}

// Of is a merchant's secret. Error: store.ErrNotFound, if it has none yet.
func (s Secrets) Of(ctx context.Context, tenant string) ([]byte, error) {
	record, err := s.Store.Get(ctx, secretKey(tenant))
	if err != nil {
		return nil, err
	}
	var secret []byte
	if err := json.Unmarshal(record.Body, &secret); err != nil || len(secret) != secretBytes {
		return nil, fmt.Errorf("merchant: the secret of %s cannot be read", tenant)
	}
	return secret, nil
}

// Make is a merchant's secret, made if it has none. Of two who make it at once the first wins.
func (s Secrets) Make(ctx context.Context, tenant string) ([]byte, error) {
	secret, err := s.Of(ctx, tenant)
	if !errors.Is(err, store.ErrNotFound) {
		return secret, err
	}
	body, err := json.Marshal(s.Random(secretBytes))
	if err != nil {
		return nil, err
	}
	err = s.Store.Commit(ctx, store.Put{Record: store.Record{Key: secretKey(tenant), Body: body}})
	if err != nil && !store.IsConflict(err) {
		return nil, err
	}
	return s.Of(ctx, tenant)
}
