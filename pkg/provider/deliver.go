package provider

import (
	"context"
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
			f.Payment.By, f.Payment.At = byWebhook, delivery.ReceivedAt
		}
		if f.Disbursement != nil {
			f.Disbursement.By, f.Disbursement.At = byWebhook, delivery.ReceivedAt
		}
	}
	return facts, nil
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
