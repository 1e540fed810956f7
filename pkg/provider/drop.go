package provider

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
)

// Drop is where a merchant's settlement files lie, for a provider that hands them over by SFTP or in a dashboard and has
// no call for them: an object store, or anything that answers like one. Beside an adapter it gives it FetchSettlement.
type Drop struct {
	provider string
	address  string // with {date} in it
	token    string
	doer     Doer
}

// dropCap is how much of a file is pulled at once, in bytes.
const dropCap = 64 << 20

// noSuchKey is how object stores say that there is no such file. A bare 404 may be a router's.
const noSuchKey = "<Code>NoSuchKey</Code>"

// Drop reads the settings settlement_url ("https://…/{date}.csv", the day as YYYY-MM-DD) and the credential
// settlement_token, a bearer token; false if there is no such setting. Error: the setting is no such address, or the token
// is missing.
func (a Account) Drop(doer Doer) (Drop, bool, error) {
	address := a.Settings["settlement_url"]
	if address == "" {
		return Drop{}, false, nil
	}
	private := strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://127.0.0.1:") // the token stays on this machine
	if !private || strings.Count(address, "{date}") != 1 {
		return Drop{}, false, fmt.Errorf("setting %q must be an https address with {date} in it", "settlement_url")
	}
	token, err := a.Need("settlement_token")
	return Drop{a.Provider, address, token, doer}, err == nil, err
}

// FetchSettlement pulls the file that settles on a day. Errors: ErrNotPublished, *Error.
func (d Drop) FetchSettlement(ctx context.Context, day calendar.Date) (File, error) {
	reply, err := Exchange(ctx, d.doer, Call{Method: http.MethodGet, Cap: dropCap,
		URL: strings.Replace(d.address, "{date}", day.String(), 1), Header: http.Header{"Authorization": {"Bearer " + d.token}}})
	switch {
	case err != nil:
		return File{}, err
	case reply.Status == http.StatusOK:
		return File{Name: d.provider + "-" + day.String() + ".csv", Body: reply.Body}, nil
	case reply.Status == http.StatusNotFound && bytes.Contains(reply.Body, []byte(noSuchKey)):
		return File{}, ErrNotPublished
	}
	return File{}, &Error{Class: Unknown, Code: Word(fmt.Sprint(reply.Status)), Note: "the settlement file is not given out"}
}
