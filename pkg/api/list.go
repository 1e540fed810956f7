package api

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/store"
)

// page is what every list answers, newest first.
type page struct {
	Data       []any   `json:"data"`
	HasMore    bool    `json:"has_more"`
	NextCursor *string `json:"next_cursor"`
}

// listing reads a list that is partitioned by month.
type listing struct {
	partition func(month time.Time) string
	// render makes one answer, nil for what the caller filtered out.
	render func(store.Record) (any, error)
}

const (
	defaultLimit = 20
	maxLimit     = 100
	// monthsBack bounds how far a list looks into the past for its next entry.
	monthsBack = 36
	// maxScanned bounds the work of one request whose filter lets little through; the cursor goes on from there.
	maxScanned = 1000
)

// pageOf reads one page: months backwards from now, or from where the cursor stands.
func (s *Server) pageOf(r *http.Request, l listing) (any, error) {
	limit, month, after, err := s.pageQuery(r)
	if err != nil {
		return nil, err
	}
	out := page{Data: []any{}}
	scanned := 0
	for range monthsBack {
		for {
			// One more than asked for tells whether there is a next page.
			query := store.Query{Index: store.List, PK: l.partition(month), After: after, Limit: limit + 1, Descending: true}
			found, err := s.Store.Query(r.Context(), query)
			if err != nil {
				return nil, err
			}
			for _, record := range found.Records {
				if len(out.Data) == limit || scanned >= maxScanned {
					out.more(month, after)
					return out, nil
				}
				rendered, err := l.render(record)
				if err != nil {
					return nil, err
				}
				if rendered != nil {
					out.Data = append(out.Data, rendered)
				}
				after = query.Cursor(store.Position{SK: record.Index.List.SK, Key: record.Key})
				scanned++
			}
			if found.Next == "" {
				break
			}
			after = found.Next
		}
		month, after = firstOf(month).AddDate(0, -1, 0), ""
	}
	return out, nil
}

func (p *page) more(month time.Time, after string) {
	cursor := base64.RawURLEncoding.EncodeToString([]byte(month.UTC().Format("2006-01") + "/" + after))
	p.HasMore, p.NextCursor = true, &cursor
}

func firstOf(t time.Time) time.Time {
	return time.Date(t.UTC().Year(), t.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
}

// limitOf is how many entries of a list are asked for.
func limitOf(query url.Values, f *faults) int {
	text := query.Get("limit")
	if text == "" {
		return defaultLimit
	}
	n, err := strconv.Atoi(text)
	f.check(err == nil && n >= 1 && n <= maxLimit, "field_invalid", "/limit", "must be from 1 to 100")
	return n
}

func (s *Server) pageQuery(r *http.Request) (limit int, month time.Time, after string, err error) {
	query := r.URL.Query()
	var f faults
	limit, month = limitOf(query, &f), s.Now()
	if cursor := query.Get("cursor"); cursor != "" {
		raw, err := base64.RawURLEncoding.DecodeString(cursor)
		at, rest, ok := strings.Cut(string(raw), "/")
		m, err2 := time.Parse("2006-01", at)
		_, _, err3 := store.Query{Index: store.List, PK: "any", After: rest}.Start()
		f.check(err == nil && err2 == nil && ok && err3 == nil, "field_invalid", "/cursor", "must be a next_cursor of this list")
		month, after = m, rest
	}
	return limit, month, after, f.err()
}
