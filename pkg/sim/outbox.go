package sim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/notice"
)

// carrier is the mail and the telephone of the world: what is sent to buyers and to finance lies in an outbox. Addresses that begin with
// "bounce" are refused for good, those that begin with "away" for now; what goes to "returns…" comes back a minute later, and
// "complains…" calls it unwanted.
type carrier struct{ w *World }

// note is one message.
type note struct {
	At      string     `json:"at"`
	Channel string     `json:"channel"`
	To      string     `json:"to"`
	Subject string     `json:"subject,omitempty"`
	Text    string     `json:"text"`
	HTML    string     `json:"html,omitempty"`
	Files   []enclosed `json:"files,omitempty"`
}

// enclosed is a file that came with a mail.
type enclosed struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Mail implements notice.Mailer.
func (c carrier) Mail(ctx context.Context, m notice.Mail) error {
	return c.w.io(ctx, Point{Boundary: "carrier", Call: "send", About: "email", Subject: m.To}, func() error {
		letter := note{Channel: "email", To: m.To, Subject: m.Subject, Text: m.Text, HTML: m.HTML}
		for _, f := range m.Files {
			sum := sha256.Sum256(f.Body)
			letter.Files = append(letter.Files, enclosed{f.Name, f.Type, len(f.Body), hex.EncodeToString(sum[:])})
		}
		if err := c.w.post(letter); err != nil {
			return err
		}
		return c.w.back(ctx, m)
	})
}

// Text implements notice.Texter.
func (c carrier) Text(ctx context.Context, to, text string) error {
	return c.w.io(ctx, Point{Boundary: "carrier", Call: "send", About: "sms", Subject: to}, func() error { return c.w.post(note{Channel: "sms", To: to, Text: text}) })
}

// back is what the carrier says later of a mail that it took. It is the carrier that sends it: whoever handed the mail over may be gone.
func (w *World) back(ctx context.Context, m notice.Mail) error {
	j := job.Job{Kind: job.Bounce, Key: notice.Key(m.Tenant, m.Event)}
	switch {
	case m.Event == "":
		return nil
	case strings.HasPrefix(m.To, "complains"):
		j.Kind = job.Complaint
	case !strings.HasPrefix(m.To, "returns"):
		return nil
	}
	return sent{w, w.sender}.put(ctx, j, time.Minute)
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

// readOutbox shows what people were told, newest first; "to" filters.
func (w *World) readOutbox(req *http.Request, done func(Reply)) {
	data := []note{}
	for i := len(w.outbox) - 1; i >= 0; i-- {
		if to := req.URL.Query().Get("to"); to == "" || to == w.outbox[i].To {
			data = append(data, w.outbox[i])
		}
	}
	answer(done, http.StatusOK, map[string]any{"data": data})
}
