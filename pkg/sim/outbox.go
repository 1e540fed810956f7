package sim

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/vuelto/vuelto/pkg/notice"
)

// carrier is the mail and the telephone of the world: what is sent to buyers lies in an outbox. Addresses that begin with
// "bounce" are refused for good, those that begin with "away" for now.
type carrier struct{ w *World }

// note is one message to a buyer.
type note struct {
	At      string `json:"at"`
	Channel string `json:"channel"`
	To      string `json:"to"`
	Subject string `json:"subject,omitempty"`
	Text    string `json:"text"`
}

// Mail implements notice.Mailer.
func (c carrier) Mail(ctx context.Context, m notice.Mail) error {
	return c.w.io(ctx, Point{"carrier", "send", "email", m.To}, func() error { return c.w.post(note{"", "email", m.To, m.Subject, m.Text}) })
}

// Text implements notice.Texter.
func (c carrier) Text(ctx context.Context, to, text string) error {
	return c.w.io(ctx, Point{"carrier", "send", "sms", to}, func() error { return c.w.post(note{"", "sms", to, "", text}) })
}

func (w *World) post(n note) error {
	switch {
	case strings.HasPrefix(n.To, "bounce"), strings.HasSuffix(n.To, "0000000"):
		return fmt.Errorf("%w: no such address", notice.ErrRefused)
	case strings.HasPrefix(n.To, "away"):
		return fmt.Errorf("sim: %s is not reached", n.To)
	}
	if len(w.outbox) == maxInbox {
		w.outbox = w.outbox[1:]
	}
	n.At = w.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	w.outbox = append(w.outbox, n)
	return nil
}

// readOutbox shows what buyers were told, newest first; "to" filters.
func (w *World) readOutbox(req *http.Request, done func(Reply)) {
	data := []note{}
	for i := len(w.outbox) - 1; i >= 0; i-- {
		if to := req.URL.Query().Get("to"); to == "" || to == w.outbox[i].To {
			data = append(data, w.outbox[i])
		}
	}
	answer(done, http.StatusOK, map[string]any{"data": data})
}
