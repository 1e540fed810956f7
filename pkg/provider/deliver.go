package provider

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// byWebhook marks what a provider told us of its own accord.
const byWebhook = "webhook"

// Verify says whether a delivery is the provider's and fresh. Errors: ErrSignature, ErrUnsupported.
func (c *Client) Verify(delivery Delivery) error {
	if c.able.webhook == nil {
		return fmt.Errorf("%w: webhooks", ErrUnsupported)
	}
	if !c.callers.has(delivery.From) {
		return fmt.Errorf("%w: it comes from an address that the account does not list", ErrSignature)
	}
	return c.able.webhook.Verify(delivery)
}

// Read gives the facts of a verified delivery. Errors: ErrMalformed, ErrUnsupported.
func (c *Client) Read(delivery Delivery) ([]Fact, error) {
	if c.able.webhook == nil {
		return nil, fmt.Errorf("%w: webhooks", ErrUnsupported)
	}
	facts, err := c.able.webhook.Read(delivery)
	if err != nil {
		return nil, err
	}
	for _, f := range facts {
		if f.Payment != nil {
			f.Payment.By, f.Payment.At, f.Payment.Said = byWebhook, delivery.ReceivedAt, c.heard(f.Payment.Said)
		}
		if f.Disbursement != nil {
			f.Disbursement.By, f.Disbursement.At, f.Disbursement.Said = byWebhook, delivery.ReceivedAt, c.heard(f.Disbursement.Said)
		}
	}
	return facts, nil
}

// Inquires says that a delivery of this provider is only the occasion to ask: the same bytes twice are two occasions.
func (c *Client) Inquires() bool { return c.able.ask != nil }

// Facts gives what a verified delivery amounts to. Where the provider must be asked for it, it is asked now, and what it
// answers is a fact as of now. What a delivery itself says is told once: an old word, told again, would contradict a newer one of
// a provider that dates nothing. Errors: ErrMalformed, ErrUnsupported; of asking, ErrNoSuchPayment and *Error, joined, and beside them
// what the other questions brought: one thing that the provider does not answer for keeps nobody from hearing of the rest.
func (c *Client) Facts(ctx context.Context, delivery Delivery) ([]Fact, error) {
	facts, err := c.Read(delivery)
	if err != nil || c.able.ask == nil {
		return facts, err
	}
	var known, answers []Fact
	for _, f := range facts {
		if f.Payment != nil || f.Disbursement != nil {
			if !delivery.Again {
				known = append(known, f)
			}
			continue
		}
		asked := c.clock.Now()
		told, failed := c.inquire(ctx, f)
		err = errors.Join(err, failed)
		if failed != nil && (ctx.Err() != nil || c.clock.Now().Sub(asked) >= c.profile.Timeout/2) {
			break // whoever does not answer in time is not asked about the others: the function has no time for a hundred of those
		}
		known, answers = append(known, told...), append(answers, told...)
	}
	if err != nil {
		return answers, err // its own word is told when the questions come to their end
	}
	return known, nil
}

func (c *Client) inquire(ctx context.Context, about Fact) ([]Fact, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	told, err := c.able.ask.Inquire(ctx, about)
	if err != nil {
		return nil, err
	}
	now := c.clock.Now()
	for _, f := range told {
		if f.Payment != nil {
			f.Payment.By, f.Payment.At, f.Payment.Said = byWebhook, now, c.heard(f.Payment.Said)
		}
		if f.Disbursement != nil {
			f.Disbursement.By, f.Disbursement.At, f.Disbursement.Evidence = byWebhook, now, answer(*f.Disbursement)
			f.Disbursement.Said = c.heard(f.Disbursement.Said)
		}
	}
	return told, nil
}

// Acknowledgement is the body the provider expects in our 200; empty if any will do.
func (c *Client) Acknowledgement() Acknowledgement {
	if c.able.reply == nil {
		return Acknowledgement{}
	}
	return c.able.reply.Acknowledge()
}

// ReadSettlement yields the rows of a settlement file; see SettlementReader.
func (c *Client) ReadSettlement(file io.Reader) iter.Seq2[settlement.Row, error] {
	if c.able.rows == nil {
		return func(yield func(settlement.Row, error) bool) {
			yield(settlement.Row{}, fmt.Errorf("%w: settlement files", ErrUnsupported))
		}
	}
	return c.able.rows.ReadSettlement(file)
}

// FetchSettlement pulls the file that settles on a day. Errors: ErrNotPublished, ErrUnsupported, *Error.
func (c *Client) FetchSettlement(ctx context.Context, day calendar.Date) (File, error) {
	if c.able.file == nil {
		return File{}, fmt.Errorf("%w: pulling settlement files", ErrUnsupported)
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	return c.able.file.FetchSettlement(ctx, day)
}
