package deliver

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/vuelto/vuelto/pkg/event"
)

// MaxReply is how much of an answer is read. Nothing in it matters but that it ends.
const MaxReply = 64 << 10

// result is what became of one try.
type result struct {
	event.Attempt
	retryAfter time.Duration
}

// try posts the event once. Whatever is not a 2xx with an end in sight is a failure.
func (d *Deliverer) try(ctx context.Context, e event.Event, to event.Delivery, endpoint event.Endpoint) result {
	began := d.Clock.Now()
	r := result{Attempt: event.Attempt{At: began}}
	body := e.Body(to.As)
	ctx, cancel := d.Clock.WithTimeout(ctx, Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint.URL, bytes.NewReader(body))
	if err == nil {
		err = event.Sign(req.Header, e.ID, began, body, endpoint.Live(began))
	}
	if err != nil {
		r.Fault = "endpoint_unusable"
		return r
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Vuelto-Events/1")
	resp, err := d.Doer.Do(req)
	if err == nil {
		r.Status, r.retryAfter = resp.StatusCode, retryAfter(resp.Header.Get("Retry-After"), began)
		r.Fault, err = verdict(resp)
	}
	if err != nil {
		r.Fault = faultOf(ctx, err)
	}
	r.Took = d.Clock.Now().Sub(began)
	return r
}

// verdict reads the answer to its end, or so far as it may go.
func verdict(resp *http.Response) (string, error) {
	defer func() { _ = resp.Body.Close() }()
	n, err := io.Copy(io.Discard, io.LimitReader(resp.Body, MaxReply+1))
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		return "redirect", nil
	case resp.StatusCode < 200 || resp.StatusCode >= 300:
		return "status_" + strconv.Itoa(resp.StatusCode), nil
	case err != nil:
		return "", err
	case n > MaxReply:
		return "reply_too_large", nil
	}
	return "", nil
}

// faultOf names what went wrong before there was an answer. The error's text may hold an address and stays inside.
func faultOf(ctx context.Context, err error) string {
	var address interface{ AddressRefused() bool }
	switch {
	case errors.As(err, &address) && address.AddressRefused():
		return "address_refused"
	case errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil:
		return "timeout"
	}
	return "no_answer"
}

// retryAfter reads the header's seconds or date; zero if it says nothing.
func retryAfter(text string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return min(time.Duration(n)*time.Second, event.MaxRetryAfter)
	}
	if at, err := http.ParseTime(text); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
