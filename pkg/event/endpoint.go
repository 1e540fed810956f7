package event

import (
	"slices"
	"time"
)

// Limits of a merchant's endpoints.
const (
	MaxEndpoints = 16
	MaxSecrets   = 3 // one in use, one rotated in, one rotated out
	MaxURL       = 500
)

// RotateFor is how long a secret that was replaced still signs too.
const RotateFor = 24 * time.Hour

// GiveUpAfter is how long an endpoint may fail without one success before it is disabled.
const GiveUpAfter = 5 * 24 * time.Hour

// RecoveredAfter is how long an endpoint must have failed for its recovery to be news.
const RecoveredAfter = time.Hour

// Reasons for which an endpoint is disabled. Stored strings: append only.
const (
	ByMerchant = "merchant" // somebody asked for it
	ByGone     = "gone"     // it answered 410
	ByFailing  = "failing"  // it failed for days
)

// Endpoint is an address of a merchant's that wants to be told.
type Endpoint struct {
	ID           string   `json:"id"` // we_…
	URL          string   `json:"url"`
	Filters      []string `json:"types,omitempty"` // see Filters; none = everything
	Description  string   `json:"description,omitempty"`
	Secrets      []Secret `json:"secrets"`            // newest first
	Disabled     string   `json:"disabled,omitempty"` // why; empty = enabled
	FailingSince int64    `json:"failing_since,omitempty"`
	CreatedAt    int64    `json:"created_at"`
	Made         string   `json:"made,omitempty"` // hash of the request that made it, so that a repeat is told from another
}

// Secret signs what goes to an endpoint: "whsec_" and base64, as Standard Webhooks spells it.
type Secret struct {
	Value string `json:"value"`
	Until int64  `json:"until,omitempty"` // Unix ms after which it signs no more; 0 = for ever
}

// Endpoints are all of one merchant's: one record, so that whoever has an event reads once whom to tell.
type Endpoints struct {
	Tenant  string
	List    []Endpoint
	Version int64
}

// Find gives the place of an endpoint; -1 if there is none.
func (e Endpoints) Find(id string) int {
	return slices.IndexFunc(e.List, func(x Endpoint) bool { return x.ID == id })
}

// To is who wants the event: one delivery each.
func (e Endpoints) To(t Type) []Delivery {
	var all []Delivery
	for _, x := range e.List {
		if as, wants := Wants(x.Filters, t); wants && x.Disabled == "" {
			all = append(all, Delivery{Endpoint: x.ID, As: as})
		}
	}
	return all
}

// Live are the secrets that sign at an instant.
func (e Endpoint) Live(now time.Time) []string {
	var live []string
	for _, s := range e.Secrets {
		if s.Until == 0 || now.UnixMilli() < s.Until {
			live = append(live, s.Value)
		}
	}
	return live
}

// Enable lets a disabled endpoint be told again. One that was disabled for what it did counts as failing since just so long that
// its first success is news, and has nearly the whole time again before it is given up anew.
func (e Endpoint) Enable(now time.Time) Endpoint {
	if e.Disabled == "" {
		return e
	}
	e.FailingSince = 0
	if e.Disabled != ByMerchant {
		e.FailingSince = now.Add(-RecoveredAfter).UnixMilli()
	}
	e.Disabled = ""
	return e
}

// Rotate puts a new secret in front; those before it sign for another day.
func (e Endpoint) Rotate(secret string, now time.Time) Endpoint {
	secrets := []Secret{{Value: secret}}
	for _, s := range e.Secrets {
		if s.Until == 0 {
			s.Until = now.Add(RotateFor).UnixMilli()
		}
		if now.UnixMilli() < s.Until && len(secrets) < MaxSecrets {
			secrets = append(secrets, s)
		}
	}
	e.Secrets = secrets
	return e
}
