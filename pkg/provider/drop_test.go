package provider_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/provider"
)

type store struct {
	status int
	body   string
	last   *http.Request
}

func (s *store) Do(req *http.Request) (*http.Response, error) {
	s.last = req
	return &http.Response{StatusCode: s.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(s.body))}, nil
}

func TestDropSettings(t *testing.T) {
	for address, c := range map[string]struct {
		token   string
		there   bool
		problem string
	}{
		"":                                 {},
		"https://files.example/{date}.csv": {token: "t", there: true},
		"https://files.example/x.csv":      {token: "t", problem: "settlement_url"},
		"http://files.example/{date}.csv":  {token: "t", problem: "settlement_url"},
		"http://127.0.0.1:80/{date}.csv":   {token: "t", there: true},
		"http://127.0.0.1.example/{date}":  {token: "t", problem: "settlement_url"},
		"https://files.example/{date}":     {problem: "settlement_token"},
	} {
		a := provider.Account{Settings: map[string]string{"settlement_url": address}, Credentials: map[string]string{"settlement_token": c.token}}
		_, there, err := a.Drop(nil)
		if there != c.there || (err == nil) != (c.problem == "") || (err != nil && !strings.Contains(err.Error(), c.problem)) {
			t.Errorf("%q: %v, %v", address, there, err)
		}
	}
}

func TestDropTellsNotYetFromNoAnswer(t *testing.T) {
	for body, c := range map[string]struct {
		status int
		want   error
	}{
		"a,b\n1,2\n":                               {200, nil},
		"<Error><Code>NoSuchKey</Code></Error>":    {404, provider.ErrNotPublished},
		"404 page not found":                       {404, errOther},
		"<Error><Code>NoSuchBucket</Code></Error>": {404, errOther},
		"<Error><Code>AccessDenied</Code></Error>": {403, errOther},
		"a proxy: <Code>NoSuchKey</Code>":          {502, errOther},
	} {
		s := &store{status: c.status, body: body}
		drop, _, err := provider.Account{Provider: "gate", Settings: map[string]string{"settlement_url": "https://files.example/{date}.csv"},
			Credentials: map[string]string{"settlement_token": "tok"}}.Drop(s)
		if err != nil {
			t.Fatal(err)
		}
		file, err := drop.FetchSettlement(context.Background(), calendar.Date{Year: 2026, Month: time.November, Day: 23})
		if (err == nil) != (c.want == nil) || errors.Is(err, provider.ErrNotPublished) != (c.want == provider.ErrNotPublished) {
			t.Errorf("%d %s: %v", c.status, body, err)
		}
		if err == nil && (string(file.Body) != body || file.Name != "gate-2026-11-23.csv") {
			t.Errorf("%+v", file)
		}
		if s.last.URL.String() != "https://files.example/2026-11-23.csv" || s.last.Header.Get("Authorization") != "Bearer tok" {
			t.Errorf("asked %s with %v", s.last.URL, s.last.Header)
		}
	}
}

var errOther = errors.New("another error")
