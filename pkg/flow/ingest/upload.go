package ingest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"strings"

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
	sum := sha256.Sum256(f.Body)
	got := Receipt{Name: path.Base("/" + f.Name), Digest: hex.EncodeToString(sum[:])}
	got.read(client, f.Body, day, country)
	if got.Rows == 0 && got.Unreadable > 0 {
		return got, fmt.Errorf("%w: %s", ErrUnusable, got.First)
	}
	r, err := in.find(ctx, a, day)
	if err != nil {
		return got, err
	}
	if got.Kept, err = in.Keep(ctx, a, r, f, true); err != nil {
		return got, err
	}
	got.Day, err = in.find(ctx, a, day)
	return got, err
}

// read counts what can be read of a file.
func (r *Receipt) read(client *provider.Client, body []byte, day calendar.Date, country calendar.Country) {
	last := 0
	for row, err := range client.ReadSettlement(bytes.NewReader(body)) {
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
	body, err := in.Files.Get(ctx, j.Key.PK)
	if errors.Is(err, file.ErrTooLarge) {
		return fmt.Errorf("%w; put it there in parts, each with its header and a name of its own", err)
	}
	if err != nil {
		return err
	}
	got, err := in.Upload(ctx, client.Account().Tenant, account, day, provider.File{Name: name, Body: body})
	if err != nil {
		return err
	}
	in.Log.InfoContext(ctx, "file dropped", "reconciliation", got.Day.ID, "account", account, "date", date, "name", got.Name, "outcome", string(got.Kept))
	return nil
}
