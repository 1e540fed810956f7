package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/event"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

type eventAnswer struct {
	ID         string           `json:"id"`
	Type       event.Type       `json:"type"`
	Subject    string           `json:"subject"`
	Timestamp  string           `json:"timestamp"`
	Data       json.RawMessage  `json:"data"`
	Deliveries []deliveryAnswer `json:"deliveries"`
}

type deliveryAnswer struct {
	Endpoint string                `json:"endpoint"`
	Type     event.Type            `json:"type"` // the name it went under
	Status   string                `json:"status"`
	NextAt   *string               `json:"next_at"`
	Attempts []eventDeliveryAnswer `json:"attempts"`
}

type eventDeliveryAnswer struct {
	At     string `json:"at"`
	Status *int   `json:"status"` // of the answer; null if none came
	Fault  string `json:"fault,omitempty"`
	TookMs int64  `json:"took_ms"`
}

func renderEvent(e event.Event) eventAnswer {
	a := eventAnswer{ID: e.ID, Type: e.Type, Subject: e.Subject, Timestamp: stamp(e.At), Data: e.Data, Deliveries: []deliveryAnswer{}}
	for _, to := range e.To {
		d := deliveryAnswer{Endpoint: to.Endpoint, Type: to.As, Status: string(to.Outcome), NextAt: optional(stamp(to.NextAt)), Attempts: []eventDeliveryAnswer{}}
		if to.Outcome == event.Pending {
			d.Status = "pending"
		}
		for _, x := range to.Log {
			line := eventDeliveryAnswer{At: stamp(x.At), Fault: x.Fault, TookMs: x.Took.Milliseconds()}
			if x.Status != 0 {
				line.Status = &x.Status
			}
			d.Attempts = append(d.Attempts, line)
		}
		a.Deliveries = append(a.Deliveries, d)
	}
	return a
}

// eventDays bounds how far one list looks into the past; the parameter "before" starts it earlier.
const eventDays = 92

// listEvents reads day by day backwards. A cursor is the id of the last event shown.
func (s *Server) listEvents(r *http.Request, c request.Caller) (any, error) {
	query := r.URL.Query()
	limit, _, _, err := s.pageQuery(r)
	if query.Get("cursor") != "" { // of another shape than that of other lists
		q := r.Clone(r.Context())
		values := q.URL.Query()
		values.Del("cursor")
		q.URL.RawQuery = values.Encode()
		limit, _, _, err = s.pageQuery(q)
	}
	if err != nil {
		return nil, err
	}
	day, after, err := eventsFrom(query.Get("cursor"), query.Get("before"), s.Now())
	if err != nil {
		return nil, err
	}
	out, scanned := page{Data: []any{}}, 0
	for range eventDays {
		for {
			found, err := s.Store.Query(r.Context(), store.Query{PK: event.Partition(c.Merchant.ID, day), After: after, Limit: limit + 1, Descending: true})
			if err != nil {
				return nil, err
			}
			for _, record := range found.Records {
				if len(out.Data) == limit || scanned >= maxScanned {
					cursor := base64.RawURLEncoding.EncodeToString([]byte(day.Format(time.DateOnly) + "/" + after))
					out.HasMore, out.NextCursor = true, &cursor
					return out, nil
				}
				e, err := event.Decode(record)
				if err != nil {
					return nil, err
				}
				if matches(query, "type", string(e.Type)) && matches(query, "subject", e.Subject) {
					out.Data = append(out.Data, renderEvent(e))
				}
				after = record.Key.SK
				scanned++
			}
			if after = found.Next; after == "" {
				break
			}
		}
		day = day.AddDate(0, 0, -1)
	}
	return out, nil
}

// eventsFrom is where a list begins.
func eventsFrom(cursor, before string, now time.Time) (day time.Time, after string, err error) {
	var f faults
	day = now.UTC()
	if before != "" {
		at, err := time.Parse(time.RFC3339, before)
		f.check(err == nil, "field_invalid", "/before", "must be an instant such as 2026-11-23T22:00:00Z")
		if day = at.UTC(); err == nil {
			// The first id of that very millisecond: everything in the day before it is older.
			after = event.ID("", "", at, 0, "")[:len("evt_")+10]
		}
	}
	if cursor != "" {
		raw, err := base64.RawURLEncoding.DecodeString(cursor)
		date, id, ok := strings.Cut(string(raw), "/")
		at, err2 := time.Parse(time.DateOnly, date)
		f.check(err == nil && err2 == nil && ok && len(id) < 64, "field_invalid", "/cursor", "must be a next_cursor of this list")
		day, after = at, id
	}
	return day, after, f.err()
}

func (s *Server) findEvent(ctx context.Context, tenant, id string) (event.Event, error) {
	none := fmt.Errorf("%w: no such event", request.ErrNotFound)
	key, ok := event.Key(tenant, id)
	if !ok {
		return event.Event{}, none
	}
	record, err := s.Store.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return event.Event{}, none
	}
	if err != nil {
		return event.Event{}, err
	}
	return event.Decode(record)
}

func (s *Server) getEvent(r *http.Request, c request.Caller) (any, error) {
	e, err := s.findEvent(r.Context(), c.Merchant.ID, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return renderEvent(e), nil
}

type againRequest struct {
	Endpoint string `json:"endpoint"`
}

// redeliver sends an event again: to one endpoint, or to all that want its type today.
func (s *Server) redeliver(r *http.Request, c request.Caller) (any, error) {
	var q againRequest
	if err := optionalBody(r, &q); err != nil {
		return nil, err
	}
	all, err := s.endpoints(r, c.Merchant.ID)
	if err != nil {
		return nil, err
	}
	if q.Endpoint != "" && all.Find(q.Endpoint) < 0 {
		return nil, errNoEndpoint
	}
	e, err := s.again(r.Context(), c.Merchant.ID, r.PathValue("id"), all, q.Endpoint)
	if err != nil {
		return nil, err
	}
	return renderEvent(e), nil
}

// again makes an event's deliveries due and asks for them.
func (s *Server) again(ctx context.Context, tenant, id string, all event.Endpoints, only string) (event.Event, error) {
	for range 20 {
		e, err := s.findEvent(ctx, tenant, id)
		if err != nil {
			return e, err
		}
		if !e.Again(all, only) {
			return e, nil
		}
		record := event.Encode(e, s.Now())
		err = s.Store.Commit(ctx, store.Put{Record: record})
		if store.IsConflict(err) {
			continue
		}
		if err == nil {
			s.deliver(ctx, record.Key)
		}
		return e, err
	}
	return event.Event{}, store.ErrBusy
}

// deliver asks for a delivery. The send may be lost: the record is due and the sweep sends the same job.
func (s *Server) deliver(ctx context.Context, key store.Key) {
	if err := s.Requester.Sender.Send(ctx, job.Job{Kind: job.Deliver, Key: key}, 0); err != nil {
		s.Log.WarnContext(ctx, "send lost, the sweep will repeat it", "key", key.String(), "error", err)
	}
}

// testEndpoint sends a test event to one endpoint.
func (s *Server) testEndpoint(r *http.Request, c request.Caller) (any, error) {
	all, err := s.endpoints(r, c.Merchant.ID)
	if err != nil {
		return nil, err
	}
	i := all.Find(r.PathValue("id"))
	if i < 0 {
		return nil, errNoEndpoint
	}
	if all.List[i].Disabled != "" {
		return nil, fmt.Errorf("%w: the endpoint is disabled", request.ErrState)
	}
	record := event.Encode(event.Test(all, i, s.Now(), s.NewID()), s.Now())
	if err := s.Store.Commit(r.Context(), store.Put{Record: record}); err != nil {
		return nil, err
	}
	s.deliver(r.Context(), record.Key)
	return s.findEventAnswer(record)
}

func (s *Server) findEventAnswer(record store.Record) (any, error) {
	e, err := event.Decode(record)
	if err != nil {
		return nil, err
	}
	return created(renderEvent(e)), nil
}

type replayRequest struct {
	From     string   `json:"from"`
	To       string   `json:"to"`
	Types    []string `json:"types"`
	Endpoint string   `json:"endpoint"`
}

type replayAnswer struct {
	Replayed int     `json:"replayed"`
	NextFrom *string `json:"next_from"` // where to go on; null when the range is done
}

// maxReplay bounds the work of one request; next_from goes on.
const maxReplay = 500

// replay sends a range of events again, oldest first, both ends included.
func (s *Server) replay(r *http.Request, c request.Caller) (any, error) {
	var q replayRequest
	if err := optionalBody(r, &q); err != nil {
		return nil, err
	}
	var f faults
	from, err := time.Parse(time.RFC3339, q.From)
	f.check(err == nil, "field_invalid", "/from", "must be an instant such as 2026-11-23T22:00:00Z")
	to, err := time.Parse(time.RFC3339, q.To)
	f.check(err == nil && !to.Before(from) && to.Sub(from) <= 31*24*time.Hour, "field_invalid", "/to", "must be an instant at most 31 days after from")
	if err := f.err(); err != nil {
		return nil, err
	}
	all, err := s.endpoints(r, c.Merchant.ID)
	if err != nil {
		return nil, err
	}
	if q.Endpoint != "" && all.Find(q.Endpoint) < 0 {
		return nil, errNoEndpoint
	}
	return s.replayRange(r.Context(), all, q, from.UTC(), to.UTC())
}

func (s *Server) replayRange(ctx context.Context, all event.Endpoints, q replayRequest, from, to time.Time) (any, error) {
	out := replayAnswer{}
	for day := from; !day.Truncate(24 * time.Hour).After(to); day = day.AddDate(0, 0, 1) {
		for after := ""; ; {
			found, err := s.Store.Query(ctx, store.Query{PK: event.Partition(all.Tenant, day), After: after, Limit: 100})
			if err != nil {
				return nil, err
			}
			for _, record := range found.Records {
				e, err := event.Decode(record)
				if err != nil {
					return nil, err
				}
				if e.At.Before(from) || e.At.After(to) || len(q.Types) > 0 && !slices.Contains(q.Types, string(e.Type)) || e.Type == event.EndpointTest {
					continue
				}
				if out.Replayed == maxReplay {
					out.NextFrom = optional(stamp(e.At))
					return out, nil
				}
				if _, err := s.again(ctx, all.Tenant, e.ID, all, q.Endpoint); err != nil {
					return nil, err
				}
				out.Replayed++
			}
			if after = found.Next; after == "" {
				break
			}
		}
	}
	return out, nil
}

// optionalBody reads a body that may be left out, of a request that is safe to repeat without a key.
func optionalBody(r *http.Request, into any) error {
	raw, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	switch {
	case err != nil:
		return fmt.Errorf("%w: %v", errMalformed, err)
	case len(raw) > MaxBody:
		return errBodyTooLarge
	case len(raw) == 0:
		return nil
	}
	return decode(raw, into)
}
