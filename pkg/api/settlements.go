package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/flow/ingest"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/provider"
)

// Uploader takes settlement files that people bring, and has days compared again when what they are compared by changes.
type Uploader interface {
	Upload(ctx context.Context, tenant, account string, day calendar.Date, f provider.File) (ingest.Receipt, error)
	Recompare(ctx context.Context, tenant, account string, from calendar.Date, enter func() error) error
}

// MaxFile bounds a file that comes through the API: the gateway carries no more. Larger ones are dropped into the bucket.
const MaxFile = 4 << 20

var errFileTooLarge = errors.New("file too large")

type uploadAnswer struct {
	Reconciliation string      `json:"reconciliation"`
	Outcome        ingest.Kept `json:"outcome"` // new, known, late
	Name           string      `json:"name"`
	SHA256         string      `json:"sha256"`
	Rows           int         `json:"rows"`
	Unreadable     int         `json:"unreadable"`
	FirstProblem   string      `json:"first_problem,omitempty"`
}

// uploadSettlement takes a settlement file: the body as it is, or the part "file" of a form. The same bytes again change nothing.
func (s *Server) uploadSettlement(r *http.Request, c request.Caller) (any, error) {
	query := r.URL.Query()
	var f faults
	day, err := calendar.Parse(query.Get("date"))
	f.check(err == nil, "field_invalid", "/date", "is the settlement day as YYYY-MM-DD")
	account := accountOf(c, query.Get("provider"), query.Get("account"))
	f.check(account != "", "field_invalid", "/account", "name an account of yours, or a provider on which you have one")
	f.text("/name", query.Get("name"), 0, 200)
	if err := f.err(); err != nil {
		return nil, err
	}
	name, body, err := fileOf(r)
	if err != nil {
		return nil, err
	}
	if asked := query.Get("name"); asked != "" {
		name = asked
	}
	if name == "" {
		name = account + "-" + day.String() + ".csv"
	}
	var named faults // a form brings a name that the query did not
	if named.text("/name", name, 1, 200); named.err() != nil {
		return nil, named.err()
	}
	got, err := s.Uploader.Upload(r.Context(), c.Merchant.ID, account, day, provider.File{Name: name, Body: body})
	if err != nil {
		return nil, err
	}
	return uploadAnswer{got.Day.ID, got.Kept, got.Name, got.Digest, got.Rows, got.Unreadable, got.First}, nil
}

// accountOf is the account that is meant: the named one if it is the caller's, else the only one on a provider.
func accountOf(c request.Caller, network, account string) string {
	found := ""
	for _, shop := range c.Merchant.Stores {
		for _, a := range shop.Accounts {
			if (account != "" && a.Account != account) || (network != "" && a.Provider != network) || (account == "" && network == "") || a.Account == found {
				continue
			}
			if found != "" {
				return "" // more than one: the caller has to say which
			}
			found = a.Account
		}
	}
	return found
}

// fileOf reads an uploaded file and the name it came with. Errors: errFileTooLarge, errMalformed.
func fileOf(r *http.Request) (string, []byte, error) {
	kind, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	body, name := io.Reader(r.Body), ""
	if kind == "multipart/form-data" {
		form := multipart.NewReader(r.Body, parameters["boundary"])
		for {
			part, err := form.NextPart()
			if err != nil {
				return "", nil, fmt.Errorf("%w: the form has no part named file", errMalformed)
			}
			if part.FormName() == "file" {
				body, name = part, part.FileName()
				break
			}
		}
	}
	text, err := io.ReadAll(io.LimitReader(body, MaxFile+1))
	switch {
	case err != nil:
		return "", nil, fmt.Errorf("%w: the body ends early", errMalformed)
	case len(text) > MaxFile:
		return "", nil, errFileTooLarge
	case len(text) == 0:
		return "", nil, fmt.Errorf("%w: the file is empty", errMalformed)
	}
	return name, text, nil
}
