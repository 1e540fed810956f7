package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/provider"
)

// Carrier does job.Play: it lets a provider's time pass and carries its callbacks. Key.PK names the provider; without a key
// all are played, as the schedule asks each minute.
type Carrier struct {
	Stage *Stage
	Wire  Wire
	Clock provider.Clock
}

// Wire carries a request.
type Wire interface {
	Do(*http.Request) (*http.Response, error)
}

const (
	patience = 10 * time.Second // for the answer to one callback
	reserve  = 20 * time.Second // left for writing down what became of the last one
	heard    = 64 << 10         // of an answer; only its status counts
)

// Handle implements job.Handler. It stops early when its time runs out: the next minute goes on.
func (c *Carrier) Handle(ctx context.Context, j job.Job) error {
	if j.Kind != job.Play {
		return fmt.Errorf("sandbox: a job of kind %s", j.Kind)
	}
	c.Stage.mu.Lock()
	defer c.Stage.mu.Unlock()
	defer c.Stage.wake(ctx)
	names := c.Stage.names
	if j.Key.PK != "" {
		names = []string{j.Key.PK}
	}
	for _, name := range names {
		if err := c.play(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// play carries a provider's callbacks in the order in which they left, and writes down what became of each. Between the
// two a crash may come: then it is carried again, as providers do.
func (c *Carrier) play(ctx context.Context, name string) error {
	p, err := c.Stage.today(ctx, name)
	if err != nil {
		return err
	}
	for _, l := range p.waiting() {
		if until, ok := ctx.Deadline(); ok && until.Sub(c.Clock.Now()) < reserve {
			return nil
		}
		if _, err := c.Stage.do(ctx, name, deed{Kind: told, Letter: l.number, Status: c.carry(ctx, p, l)}); err != nil {
			return err
		}
	}
	return nil
}

// carry posts a callback and is the status of the answer; 0 if none came. It goes only where accounts said that they hear:
// an address inside a call could be anybody's.
func (c *Carrier) carry(ctx context.Context, p *player, l *letter) int {
	if !p.hears(l.req.URL) {
		return 0
	}
	ctx, cancel := c.Clock.WithTimeout(ctx, patience)
	defer cancel()
	req := l.req.Clone(ctx)
	req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(l.body)), int64(len(l.body))
	res, err := c.Wire.Do(req)
	if err != nil {
		return 0
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, heard))
	return res.StatusCode
}

// hears says whether an address is where some account hears.
func (p *player) hears(at *url.URL) bool {
	for _, c := range p.accounts {
		if own, err := url.Parse(c.WebhookURL); err == nil && own.Scheme == at.Scheme && own.Host == at.Host {
			return true
		}
	}
	return false
}
