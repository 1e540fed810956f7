package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"

	"github.com/vuelto/vuelto/pkg/batch"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/flow/run"
)

// Columns are the fields of the request for one row, those of its people under their own name: beneficiary_name.
func (s *Server) Columns(kind disbursement.Kind) batch.Columns {
	columns := batch.Columns{}
	columnsOf(reflect.TypeOf(shapeOf(kind)), "", nil, columns)
	return columns
}

func shapeOf(kind disbursement.Kind) any {
	if kind == disbursement.Payout {
		return payoutRequest{}
	}
	return refundRequest{}
}

func columnsOf(shape reflect.Type, prefix string, path []string, into batch.Columns) {
	for name, t := range fieldsOf(shape) { // any order: each column has a name of its own
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		at := append(path[:len(path):len(path)], name)
		switch t.Kind() {
		case reflect.Struct:
			columnsOf(t, prefix+name+"_", at, into)
		case reflect.String, reflect.Int64:
			into[prefix+name] = batch.Column{Path: at, Number: t.Kind() == reflect.Int64}
		}
	}
}

// one is a row on its way: the request it would be, and the key under which its answer is kept.
type one struct {
	path string
	key  string
	body []byte
}

func oneOf(kind disbursement.Kind, id string, row batch.Row) one {
	return one{"/v1/" + string(kind) + "s", "batch:" + id + ":" + strconv.Itoa(row.Number), row.Body}
}

func (o one) kept(tenant string) request.Key {
	return request.NewKey(tenant, o.key, http.MethodPost, o.path, o.body)
}

// Do implements run.Rows.
func (s *Server) Do(ctx context.Context, b batch.Batch, row batch.Row) (batch.Verdict, error) {
	c, err := s.behind(ctx, b)
	if err != nil {
		return batch.Verdict{}, err
	}
	return s.row(ctx, c, b.Kind, b.ID, row)
}

// behind is who sent a batch. It goes on with that person's role even if the key has been revoked since: a batch is stopped
// by cancelling it.
func (s *Server) behind(ctx context.Context, b batch.Batch) (request.Caller, error) {
	key, m, err := s.Directory.Behind(ctx, b.Key)
	return request.Caller{Key: key, Merchant: m}, err
}

// row asks for one row as a request of its own would, and makes sure that a refusal stays one.
func (s *Server) row(ctx context.Context, c request.Caller, kind disbursement.Kind, id string, row batch.Row) (batch.Verdict, error) {
	if row.Fault != nil {
		return s.verdict(ctx, row, s.refusal(ctx, row.Fault)), nil
	}
	o := oneOf(kind, id, row)
	answer := s.ask(ctx, c, kind, o)
	if answer.Status >= 500 || answer.Status == http.StatusConflict && transient(answer.Body) {
		return batch.Verdict{}, fmt.Errorf("api: row %d: %d %s", row.Number, answer.Status, codeOf(answer.Body))
	}
	if answer.Status >= 400 {
		var err error
		if answer, err = s.Requester.Settle(ctx, c.Merchant.ID, o.kept(c.Merchant.ID), answer); err != nil {
			return batch.Verdict{}, err
		}
	}
	return s.verdict(ctx, row, answer), nil
}

// Stop implements run.Rows.
func (s *Server) Stop(ctx context.Context, b batch.Batch, row batch.Row, why run.Why) (batch.Verdict, error) {
	reason := errBatchCancelled
	if why == run.Failed {
		reason = errRowFailed
	}
	if row.Fault != nil {
		return s.verdict(ctx, row, s.refusal(ctx, row.Fault)), nil
	}
	answer, err := s.Requester.Settle(ctx, b.Tenant, oneOf(b.Kind, b.ID, row).kept(b.Tenant), s.refusal(ctx, reason))
	return s.verdict(ctx, row, answer), err
}

func (s *Server) ask(ctx context.Context, c request.Caller, kind disbursement.Kind, o one) request.Answer {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, o.path, bytes.NewReader(o.body))
	if err != nil {
		return s.refusal(ctx, err)
	}
	r.Header.Set("Idempotency-Key", o.key)
	handle := s.createRefund
	if kind == disbursement.Payout {
		handle = s.createPayout
	}
	result, err := handle(r, c)
	if err != nil {
		return s.refusal(ctx, err)
	}
	answer, ok := result.(request.Answer)
	if !ok {
		return s.refusal(ctx, fmt.Errorf("api: a row was answered with %T", result))
	}
	return answer
}

// refusal is the problem that an error amounts to, in no language but ours.
func (s *Server) refusal(ctx context.Context, err error) request.Answer {
	p, _ := s.problemOf(err)
	if p.Status >= 500 {
		s.Log.ErrorContext(ctx, "row failed", "code", p.Code, "error", err)
	}
	encoded, err := json.Marshal(p)
	if err != nil {
		panic(err) // our own structs always encode
	}
	return request.Answer{Status: p.Status, Body: encoded}
}

func codeOf(body []byte) string {
	var p Problem
	_ = json.Unmarshal(body, &p)
	return p.Code
}

// transient refusals are no verdict: the same request may be accepted in a moment.
func transient(body []byte) bool {
	code := codeOf(body)
	return code == "payment_busy" || code == "idempotency_in_progress"
}

// verdict reads an answer, and what of the row itself can be told.
func (s *Server) verdict(_ context.Context, row batch.Row, answer request.Answer) batch.Verdict {
	v := batch.Verdict{Row: row.Number, Line: row.Line, Verdict: batch.Accepted}
	var asked struct {
		Amount           int64  `json:"amount"`
		Currency         string `json:"currency"`
		MerchantRefundID string `json:"merchant_refund_id"`
		MerchantPayoutID string `json:"merchant_payout_id"`
	}
	if json.Unmarshal(row.Body, &asked) == nil {
		v.Amount, v.Currency, v.MerchantID = max(asked.Amount, 0), clip(asked.Currency), clip(asked.MerchantRefundID+asked.MerchantPayoutID)
	}
	var told struct {
		ID     string             `json:"id"`
		Status disbursement.State `json:"status"`
	}
	if answer.Status < 300 {
		_ = json.Unmarshal(answer.Body, &told)
		v.ID, v.Status = told.ID, string(told.Status)
		return v
	}
	var p Problem
	_ = json.Unmarshal(answer.Body, &p)
	v.Verdict, v.Code, v.Detail = batch.Refused, p.Code, p.Detail
	for _, e := range p.Errors {
		v.Errors = append(v.Errors, batch.Error(e))
	}
	return v
}
