package mercadopago

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/provider"
)

// Verify checks the signature over the id in the address, the request's id and the time. The body is not signed. An id with
// letters is signed in lower case by the documents and as it is by the vendor's library: either will do.
func (a *Adapter) Verify(delivery provider.Delivery) error {
	ts, signature := signatureOf(delivery.Header.Get("X-Signature"))
	if ts == "" || signature == "" {
		return fmt.Errorf("%w: no x-signature with ts and v1", provider.ErrSignature)
	}
	id, request := named(delivery.Path), delivery.Header.Get("X-Request-Id")
	if !provider.Signed(a.account.Secrets, signature, []byte(manifest(id, request, ts))) &&
		!provider.Signed(a.account.Secrets, signature, []byte(manifest(strings.ToLower(id), request, ts))) {
		return fmt.Errorf("%w: x-signature does not match", provider.ErrSignature)
	}
	signed, err := signedAt(ts)
	if err != nil || delivery.ReceivedAt.Sub(signed).Abs() > a.age {
		return fmt.Errorf("%w: signed too long before or after it came", provider.ErrSignature)
	}
	return nil
}

// signatureOf splits "ts=…,v1=…".
func signatureOf(header string) (ts, v1 string) {
	for _, part := range strings.Split(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch strings.TrimSpace(name) {
		case "ts":
			ts = strings.TrimSpace(value)
		case "v1":
			v1 = strings.TrimSpace(value)
		}
	}
	return ts, v1
}

// manifest is what is signed. A value that is not there is left out with its name.
func manifest(id, request, ts string) string {
	var out strings.Builder
	for _, pair := range [][2]string{{"id", id}, {"request-id", request}, {"ts", ts}} {
		if pair[1] != "" {
			out.WriteString(pair[0] + ":" + pair[1] + ";")
		}
	}
	return out.String()
}

// signedAt reads Unix milliseconds; some documents show seconds, which have three digits less until the year 2286.
func signedAt(ts string) (time.Time, error) {
	n, err := strconv.ParseInt(ts, 10, 64)
	if len(ts) <= len("1742505638") {
		return time.Unix(n, 0), err
	}
	return time.UnixMilli(n), err
}

// named is the id in an address; empty if there is none.
func named(path string) string {
	called, err := url.Parse(path)
	if err != nil {
		return ""
	}
	return called.Query().Get("data.id")
}

// Read tells which payment moved, by the id that was signed. What the body says of it is not signed and not believed.
func (a *Adapter) Read(delivery provider.Delivery) ([]provider.Fact, error) {
	var event struct {
		Type string `json:"type"`
	}
	if err := provider.DecodeJSON(delivery.Body, &event); err != nil {
		return nil, fmt.Errorf("%w: %w", provider.ErrMalformed, err)
	}
	id := named(delivery.Path)
	switch {
	case event.Type == "" || id == "":
		return nil, fmt.Errorf("%w: no type or no id", provider.ErrMalformed)
	case event.Type != "payment":
		return nil, nil
	}
	return []provider.Fact{{Reference: id}}, nil
}

// Inquire asks for a payment and tells how it and its refunds stand.
func (a *Adapter) Inquire(ctx context.Context, about provider.Fact) ([]provider.Fact, error) {
	o, err := a.get(ctx, about.Reference)
	if err != nil {
		return nil, err
	}
	if string(o.ID) != about.Reference {
		return nil, unreadable("the answer speaks of another payment")
	}
	if o.ExternalReference == "" && o.code() == "" {
		return nil, nil // taken by the merchant without us
	}
	seen, err := o.observe()
	if err != nil {
		return nil, err
	}
	facts := []provider.Fact{{Ours: o.ExternalReference, Reference: o.code(), Payment: &seen}}
	for _, r := range o.Refunds {
		told, err := r.observe()
		if err != nil {
			return nil, err
		}
		facts = append(facts, provider.Fact{Reference: string(r.ID), Of: string(o.ID), Disbursement: &told})
	}
	return facts, nil
}
