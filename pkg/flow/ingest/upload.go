package ingest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/store"
)

// The decisions about a file that somebody brings. One table maps them to HTTP (pkg/api).
var (
	ErrAccount  = errors.New("ingest: no such account, or its provider has no settlement files")
	ErrDay      = errors.New("ingest: not a settlement day")
	ErrUnusable = errors.New("ingest: no line can be read")
)

// oldest is how many days back a file may be brought for: what the books still hold open is younger.
const oldest = 400

// Receipt is what became of a file that somebody brought.
type Receipt struct {
	Day        reconciliation.Reconciliation
	Kept       Kept
	Name       string
	Digest     string // SHA-256, hex
	Rows       int    // that can be read
	Unreadable int
	First      string // the first line that cannot be read, and why
}

// Upload takes a settlement file of an account's day from a person or a drop, as Handle takes what it pulls. A file of which no line can
// be read is refused and not kept: it is another file, or came in another form. One that is cut short counts as far as it can be
// read, and its day is not green. Errors: ErrAccount, ErrDay, ErrUnusable.
func (in *Ingester) Upload(ctx context.Context, tenant, account string, day calendar.Date, f provider.File) (Receipt, error) {
	return in.take(ctx, tenant, account, day, reconciliation.File{Name: f.Name}, bytes.NewReader(f.Body), func(to string) error { return in.Files.Put(ctx, to, f.Body) })
}

// take is Upload of a file that is read as it comes and archived by put.
func (in *Ingester) take(ctx context.Context, tenant, account string, day calendar.Date, came reconciliation.File, body io.Reader, put func(to string) error) (Receipt, error) {
	client, err := in.Clients.Client(ctx, account)
	if errors.Is(err, store.ErrNotFound) {
		return Receipt{}, ErrAccount
	}
	if err != nil {
		return Receipt{}, err
	}
	a := client.Account()
	if a.Tenant != tenant || !client.Can(provider.CanReadSettled) {
		return Receipt{}, ErrAccount
	}
	country, err := calendar.ByNetwork(a.Network)
	if err != nil {
		return Receipt{}, err
	}
	if today := calendar.On(in.Now(), country.Zone()); today.Before(day) || day.Before(today.AddDays(-oldest)) {
		return Receipt{}, fmt.Errorf("%w: %s is after today, %s, or more than %d days before", ErrDay, day, today, oldest)
	}
	got := Receipt{Name: path.Base("/" + came.Name)}
	size, err := got.read(client, body, day, country)
	if err != nil {
		return got, err
	}
	if got.Rows == 0 && got.Unreadable > 0 {
		return got, fmt.Errorf("%w: %s", ErrUnusable, got.First)
	}
	r, err := in.find(ctx, a, day)
	if err != nil {
		return got, err
	}
	came.Name, came.Digest, came.Size, came.Brought = got.Name, got.Digest, size, true
	if got.Kept, err = in.keep(ctx, a, r, came, put); err != nil {
		return got, err
	}
	got.Day, err = in.find(ctx, a, day)
	return got, err
}

// read counts what can be read of a file, and how many bytes it has. Error: it cannot be read to its end, or file.ErrTooLarge.
func (r *Receipt) read(client *provider.Client, body io.Reader, day calendar.Date, country calendar.Country) (int64, error) {
	sum, failing := sha256.New(), &failing{in: io.LimitReader(body, file.Most+1)}
	text, last := io.TeeReader(failing, sum), 0
	for row, err := range client.ReadSettlement(text) {
		row = row.Near(day, country.Zone())
		switch {
		case err != nil:
			r.fault(last+1, err.Error())
		case row.Unreadable != "":
			r.fault(row.Line, row.Unreadable)
		default:
			r.Rows++
		}
		last = row.Line
	}
	_, _ = io.Copy(io.Discard, text) // what a reader has left unread is of the file, too
	r.Digest = hex.EncodeToString(sum.Sum(nil))
	if failing.n > file.Most {
		return failing.n, fmt.Errorf("%w: more than %d bytes", file.ErrTooLarge, file.Most)
	}
	return failing.n, failing.err
}

// failing counts what it reads, and remembers what kept it from the end: of a file that breaks off on the way nothing is known.
type failing struct {
	in  io.Reader
	n   int64
	err error
}

func (f *failing) Read(p []byte) (int, error) {
	n, err := f.in.Read(p)
	if f.n += int64(n); err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}

func (r *Receipt) fault(line int, reason string) {
	if r.Unreadable++; r.First == "" {
		r.First = fmt.Sprintf("line %d: %.200s", line, reason)
	}
}

// Inbox is where files may be dropped: inbox/{account}/{YYYY-MM-DD}/{name}.
const Inbox = "inbox/"

// drop takes a file that was put into the inbox. What cannot be taken ends with the dead letters, where an alarm tells of it.
func (in *Ingester) drop(ctx context.Context, j job.Job) error {
	rest, _ := strings.CutPrefix(j.Key.PK, Inbox)
	account, rest, _ := strings.Cut(rest, "/")
	date, name, ok := strings.Cut(rest, "/")
	day, err := calendar.Parse(date)
	if err != nil || !ok || name == "" || file.Check(j.Key.PK) != nil {
		return fmt.Errorf("%w: %.200q is not %s{account}/{YYYY-MM-DD}/{name}", ErrDay, j.Key.PK, Inbox)
	}
	client, err := in.Clients.Client(ctx, account)
	if err != nil {
		return err
	}
	got, err := in.opened(ctx, client.Account().Tenant, account, day, j.Key.PK, name)
	if errors.Is(err, file.ErrTooLarge) {
		return fmt.Errorf("%w; put it there in parts, each with its header and a name of its own", err)
	}
	if err != nil {
		return err
	}
	in.Log.InfoContext(ctx, "file dropped", "reconciliation", got.Day.ID, "account", account, "date", date, "name", got.Name, "outcome", string(got.Kept))
	return nil
}

// opened takes a file of the inbox as it is read: it is never held in memory, and archived by the store itself.
func (in *Ingester) opened(ctx context.Context, tenant, account string, day calendar.Date, at, name string) (Receipt, error) {
	body, mark, put, err := in.Inbox.Open(ctx, at)
	if err != nil {
		return Receipt{}, err
	}
	defer func() { _ = body.Close() }()
	came := reconciliation.File{Name: name, Dropped: at + " " + put.UTC().Format(time.RFC3339)}
	return in.take(ctx, tenant, account, day, came, body, func(to string) error { return in.Inbox.Copy(ctx, at, mark, to) })
}
