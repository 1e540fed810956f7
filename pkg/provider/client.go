package provider

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// maxSecrets bounds the ring of webhook secrets: the one in use, the one being rotated in, the one being rotated out.
const maxSecrets = 3

// ClockTolerance is how far apart the clocks of two of our machines may be: the one that sent and the one that asks. A
// quiet period is measured by both, so it is lengthened by this. A machine further than half of it from the store's clock
// does not get as far (store.Timely).
const ClockTolerance = 10 * time.Minute

// Client is an adapter made safe to call: it validates against the profile before anything is sent, sets the deadline,
// and turns whatever went wrong into what it proves. A panic of an adapter is the caller's to recover.
type Client struct {
	account Account
	profile Profile
	clock   Clock
	able    abilities
	callers allowed // of webhooks
	tallies tallies // of calls that the breaker counts
}

// Open asserts an adapter's abilities and checks its profile against the account. Error: the profile contradicts itself
// or the account; the message names what.
func Open(adapter Adapter, account Account, clock Clock) (*Client, error) {
	c := &Client{account: account, profile: adapter.Profile(), clock: clock, able: abilitiesOf(adapter)}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("provider: account %q: %w", account.ID, err)
	}
	var err error
	if c.callers, err = account.addresses(); err != nil {
		return nil, fmt.Errorf("provider: account %q: %w", account.ID, err)
	}
	return c, nil
}

func (c *Client) check() error {
	p := c.profile
	var faults []error
	fault := func(wrong bool, format string, args ...any) {
		if wrong {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	fault(p.Name == "", "the profile has no name")
	fault(c.account.Provider != p.Name, "is an account of %q, not of %q", c.account.Provider, p.Name)
	fault(!p.Carries(c.account.Network), "%s does not carry the network %q", p.Name, c.account.Network)
	fault(p.Timeout <= 0, "the profile has no time-out")
	// Without a quiet period a "not found" asked at once would count as proof, and a late commit become a second refund.
	fault(c.able.status != nil && p.QuietPeriod <= 0, "the profile has no quiet period")
	fault(len(p.Currencies) == 0, "the profile has no currency")
	for _, r := range p.Currencies {
		fault(!r.Currency.Known(), "the profile's currency %q is unknown", r.Currency)
		fault((r.Max != 0 && r.Max < r.Min) || (r.PayMax != 0 && r.PayMax < r.PayMin), "the profile's maximum in %s is below its minimum", r.Currency)
	}
	fault(len(c.account.Secrets) > maxSecrets, "has more than %d webhook secrets", maxSecrets)
	fault(c.able.webhook != nil && len(c.account.Secrets) == 0, "has no webhook secret")
	for i, secret := range c.account.Secrets {
		// An empty key still gives a valid MAC, one that anybody can compute.
		fault(secret == "", "webhook secret %d is empty", i+1)
	}
	return errors.Join(faults...)
}

// Account is the contract the client speaks for.
func (c *Client) Account() Account { return c.account }

// Profile is what is true of the provider for this account.
func (c *Client) Profile() Profile { return c.profile }

// bounded limits one call by the profile's time-out.
func (c *Client) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return c.clock.WithTimeout(ctx, c.profile.Timeout)
}

// past says whether at least d has gone by between two instants, the first of which must be known.
func past(since, now time.Time, d time.Duration) bool {
	return !since.IsZero() && now.Sub(since) >= d
}
