package api

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/batch"
	"github.com/vuelto/vuelto/pkg/catalogue"
	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/store"
)

// maxResultRows is how many rows one download carries: a Lambda answers with six megabytes at most.
const maxResultRows = 20_000

func (s *Server) getBatch(r *http.Request, c request.Caller) (any, error) {
	b, err := s.Requester.FindBatch(r.Context(), c, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return renderBatch(b), nil
}

func (s *Server) cancelBatch(r *http.Request, c request.Caller) (any, error) {
	b, err := s.Requester.CancelBatch(r.Context(), c, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return renderBatch(b), nil
}

func (s *Server) listBatches(r *http.Request, c request.Caller) (any, error) {
	query := r.URL.Query()
	return s.pageOf(r, listing{
		partition: func(month time.Time) string { return batch.ListPartition(c.Merchant.ID, month) },
		render: func(record store.Record) (any, error) {
			b, err := batch.Decode(record)
			if err != nil || !matches(query, "status", string(b.Status)) || !matches(query, "kind", string(b.Kind)) {
				return nil, err
			}
			return renderBatch(b), nil
		},
	})
}

// verdictAnswer is a verdict with words for its reader.
type verdictAnswer struct {
	batch.Verdict
	Title    string `json:"title,omitempty"`
	NextStep string `json:"next_step,omitempty"`
}

// listResults gives verdicts in the order of the file. The cursor is the row to go on from.
func (s *Server) listResults(r *http.Request, c request.Caller) (any, error) {
	b, err := s.Requester.FindBatch(r.Context(), c, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	query := r.URL.Query()
	limit, from := defaultLimit, 1
	var f faults
	if text := query.Get("limit"); text != "" {
		limit, err = strconv.Atoi(text)
		f.check(err == nil && limit >= 1 && limit <= maxLimit, "field_invalid", "/limit", "must be from 1 to 100")
	}
	if text := query.Get("cursor"); text != "" {
		from, err = strconv.Atoi(text)
		f.check(err == nil && from >= 1, "field_invalid", "/cursor", "must be a next_cursor of this list")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	out := page{Data: []any{}}
	language := catalogue.Language(r.Header.Get("Accept-Language"))
	err = s.results(r, b, from, func(v batch.Verdict) bool {
		if len(out.Data) == limit || v.Row >= from+maxScanned {
			next := strconv.Itoa(v.Row)
			out.HasMore, out.NextCursor = true, &next
			return false
		}
		if matches(query, "verdict", v.Verdict) && matches(query, "code", v.Code) {
			a := verdictAnswer{Verdict: v}
			if words, ok := catalogue.Problem(v.Code, language); ok {
				a.Title, a.NextStep = words.Title, words.NextStep
			}
			out.Data = append(out.Data, a)
		}
		return true
	})
	return out, err
}

// results hands over the verdicts from a row on, until there are no more or each says that it has enough.
func (s *Server) results(r *http.Request, b batch.Batch, from int, each func(batch.Verdict) bool) error {
	for first := (from - 1) / b.Together() * b.Together(); first < b.Done; first += b.Together() {
		body, err := s.Files.Get(r.Context(), b.ResultsName(first))
		if err != nil {
			return err
		}
		verdicts, err := batch.DecodeVerdicts(body)
		if err != nil {
			return err
		}
		for _, v := range verdicts {
			if v.Row >= from && !each(v) {
				return nil
			}
		}
	}
	return nil
}

// resultsCSV is what became of each row, for spreadsheets. A file of more rows than an answer carries says where the next
// part is.
func (s *Server) resultsCSV(r *http.Request, c request.Caller) (any, error) {
	b, err := s.Requester.FindBatch(r.Context(), c, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	from := 1
	if text := r.URL.Query().Get("from_row"); text != "" {
		from, err = strconv.Atoi(text)
		var f faults
		f.check(err == nil && from >= 1, "field_invalid", "/from_row", "must be a row, from 1")
		if err := f.err(); err != nil {
			return nil, err
		}
	}
	d := download{contentType: "text/csv; charset=utf-8", name: b.ID + ".csv"}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	_ = w.Write([]string{"row", "line", "verdict", "id", "status", "merchant_id", "amount", "currency", "code", "title", "detail"})
	language := catalogue.Language(r.Header.Get("Accept-Language"))
	err = s.results(r, b, from, func(v batch.Verdict) bool {
		if v.Row >= from+maxResultRows {
			d.next = fmt.Sprintf("/v1/batches/%s/results.csv?from_row=%d", b.ID, v.Row)
			return false
		}
		_ = w.Write(cells(v, language))
		return true
	})
	w.Flush()
	d.body = out.Bytes()
	return d, err
}

func cells(v batch.Verdict, language string) []string {
	detail := v.Detail
	for _, e := range v.Errors {
		detail += "; " + e.Pointer + " " + e.Detail
	}
	words, _ := catalogue.Problem(v.Code, language)
	row := []string{strconv.Itoa(v.Row), strconv.Itoa(v.Line), v.Verdict, v.ID, v.Status, v.MerchantID,
		strconv.FormatInt(v.Amount, 10), v.Currency, v.Code, words.Title, strings.TrimPrefix(detail, "; ")}
	for i, cell := range row {
		row[i] = file.Harmless(cell)
	}
	return row
}
