package provider_test

import (
	"context"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider"
)

// TestWhatCannotBeToldIsRepeatedOnlyUnderAPromise: after the quiet period, before the promise runs out, and only while the
// effect of the call is unknown.
func TestWhatCannotBeToldIsRepeatedOnlyUnderAPromise(t *testing.T) {
	for name, c := range map[string]struct {
		promised bool
		promise  time.Duration
		state    disbursement.State
		after    time.Duration
		want     disbursement.Claim
		hold     string
	}{
		"no promise":                  {state: disbursement.Unknown, after: time.Hour, want: disbursement.ClaimUnknown, hold: disbursement.HoldNoLookup},
		"too early":                   {promised: true, state: disbursement.Unknown, after: 20*time.Minute - 1, want: disbursement.ClaimUnknown},
		"after the quiet time":        {promised: true, state: disbursement.Unknown, after: 20 * time.Minute, want: disbursement.ClaimNotFound},
		"while it holds":              {promised: true, promise: 24 * time.Hour, state: disbursement.Unknown, after: 24*time.Hour - 10*time.Minute - 1, want: disbursement.ClaimNotFound},
		"once it is running out":      {promised: true, promise: 24 * time.Hour, state: disbursement.Unknown, after: 24*time.Hour - 10*time.Minute, want: disbursement.ClaimUnknown, hold: disbursement.HoldNoLookup},
		"the provider has it":         {promised: true, state: disbursement.Accepted, after: 48 * time.Hour, want: disbursement.ClaimUnknown},
		"nobody knows why it is held": {promised: true, state: disbursement.Held, after: 48 * time.Hour, want: disbursement.ClaimUnknown},
	} {
		profile := sound()
		profile.Idempotent, profile.PromiseFor = c.promised, c.promise
		client, host := open(t, &fake{profile: profile, err: provider.ErrUntold})
		d := due()
		d.State, d.SentAt = c.state, d.LastSentAt
		host.Sleep(c.after)
		if o := client.Status(context.Background(), d); o.Claim != c.want || o.HoldReason != c.hold {
			t.Errorf("%s: %+v, want %s, held for %q", name, o, c.want, c.hold)
		}
	}
}

// TestAPromiseLapses while what it is about waits: at the same instant at which a question would no longer decide to repeat.
func TestAPromiseLapses(t *testing.T) {
	for name, c := range map[string]struct {
		promised bool
		promise  time.Duration
		after    time.Duration
		want     bool
	}{
		"it still holds":         {promised: true, promise: 24 * time.Hour, after: 24*time.Hour - 10*time.Minute - 1},
		"it is running out":      {promised: true, promise: 24 * time.Hour, after: 24*time.Hour - 10*time.Minute, want: true},
		"it has no end":          {promised: true, after: 1000 * time.Hour},
		"nothing is promised":    {want: true},
		"nor is it, with a span": {promise: 24 * time.Hour, want: true},
	} {
		profile := sound()
		profile.Idempotent, profile.PromiseFor = c.promised, c.promise
		client, host := open(t, &fake{profile: profile})
		d := due()
		d.SentAt = host.Now()
		if got := client.Lapsed(d, host.Now().Add(c.after)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
