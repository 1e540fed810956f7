package api

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/event"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/store"
)

type endpointRequest struct {
	URL         string   `json:"url"`
	Types       []string `json:"types"`
	Description string   `json:"description"`
}

type endpointAnswer struct {
	ID             string         `json:"id"`
	URL            string         `json:"url"`
	Types          []string       `json:"types"`
	Description    string         `json:"description,omitempty"`
	Status         string         `json:"status"`
	DisabledReason string         `json:"disabled_reason,omitempty"`
	FailingSince   *string        `json:"failing_since"`
	Secret         string         `json:"secret,omitempty"` // only where it was just made
	Secrets        []secretAnswer `json:"secrets"`
	CreatedAt      string         `json:"created_at"`
}

// secretAnswer tells how long a secret signs, and nothing of it.
type secretAnswer struct {
	SignsUntil *string `json:"signs_until"` // null: until it is rotated
}

func renderEndpoint(e event.Endpoint, now time.Time) endpointAnswer {
	a := endpointAnswer{ID: e.ID, URL: e.URL, Types: e.Filters, Description: e.Description, Status: e.State(), DisabledReason: e.Disabled,
		FailingSince: optional(stamp(calendar.Instant(e.FailingSince))), Secrets: []secretAnswer{}, CreatedAt: stamp(calendar.Instant(e.CreatedAt))}
	if a.Types == nil {
		a.Types = []string{}
	}
	for _, s := range e.Secrets {
		if s.Until == 0 || now.UnixMilli() < s.Until {
			a.Secrets = append(a.Secrets, secretAnswer{optional(stamp(calendar.Instant(s.Until)))})
		}
	}
	return a
}

func (s *Server) endpoints(r *http.Request, tenant string) (event.Endpoints, error) {
	record, err := s.Store.Get(r.Context(), event.EndpointsKey(tenant))
	if errors.Is(err, store.ErrNotFound) {
		return event.Endpoints{Tenant: tenant}, nil
	}
	if err != nil {
		return event.Endpoints{}, err
	}
	return event.DecodeEndpoints(tenant, record)
}

// changeEndpoints lets f change a merchant's endpoints, afresh each time another writer was first.
func (s *Server) changeEndpoints(r *http.Request, tenant string, f func(*event.Endpoints) error) error {
	for range 20 {
		all, err := s.endpoints(r, tenant)
		if err != nil {
			return err
		}
		if err := f(&all); err != nil {
			return err
		}
		err = s.Store.Commit(r.Context(), store.Put{Record: event.EncodeEndpoints(all)})
		if !store.IsConflict(err) {
			return err
		}
	}
	return store.ErrBusy
}

// createEndpoint shows the secret, this once. A repeat with the same Idempotency-Key is this once too: its first answer may
// never have arrived.
func (s *Server) createEndpoint(r *http.Request, c request.Caller) (any, error) {
	var q endpointRequest
	key, err := body(r, c, &q)
	if err != nil {
		return nil, err
	}
	var f faults
	s.checkEndpoint(&f, q)
	if err := f.err(); err != nil {
		return nil, err
	}
	made := event.Endpoint{ID: identity.Derive("we_", "endpoint", c.Merchant.ID, key.Hash), URL: q.URL, Filters: q.Types,
		Description: q.Description, Made: key.BodyHash, CreatedAt: s.Now().UnixMilli(), Secrets: []event.Secret{{Value: s.Secret()}}}
	replayed := false
	err = s.changeEndpoints(r, c.Merchant.ID, func(all *event.Endpoints) error {
		i := all.Find(made.ID)
		switch {
		case i >= 0 && all.List[i].Made != key.BodyHash:
			return request.ErrKeyReused
		case i >= 0:
			made, replayed = all.List[i], true
			return nil
		case len(all.List) >= event.MaxEndpoints:
			return fmt.Errorf("%w: a merchant has at most %d endpoints", request.ErrLimit, event.MaxEndpoints)
		}
		all.List = append(all.List, made)
		return nil
	})
	if err != nil {
		return nil, err
	}
	answer := renderEndpoint(made, s.Now())
	answer.Secret = made.Secrets[0].Value
	out := created(answer)
	out.Replayed = replayed
	return out, nil
}

// checkEndpoint checks what can be known before anything is sent there: addresses are looked at again at each dial.
func (s *Server) checkEndpoint(f *faults, q endpointRequest) {
	u, err := url.Parse(q.URL)
	usable := err == nil && len(q.URL) <= event.MaxURL && u.Host != "" && u.User == nil && u.Fragment == "" && showable(q.URL)
	secure := usable && u.Scheme == "https"
	if s.Loopback {
		secure = usable && (u.Scheme == "http" || u.Scheme == "https") && loopback(u.Hostname())
		f.check(secure, "endpoint_url_invalid", "/url", "must be http(s) on this machine (127.0.0.1 or localhost): nothing leaves it here")
	} else {
		f.check(secure, "endpoint_url_invalid", "/url", "must be an https address without user or fragment")
	}
	for i, t := range q.Types {
		f.check(slices.Contains(event.Filters(), t), "field_invalid", fmt.Sprintf("/types/%d", i), "must be a type of event, a family such as refund.*, or *")
	}
	f.check(len(q.Types) <= 50, "field_invalid", "/types", "must be at most 50")
	f.text("/description", q.Description, 0, 200)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (s *Server) listEndpoints(r *http.Request, c request.Caller) (any, error) {
	all, err := s.endpoints(r, c.Merchant.ID)
	if err != nil {
		return nil, err
	}
	out := page{Data: []any{}}
	for _, e := range slices.Backward(all.List) {
		out.Data = append(out.Data, renderEndpoint(e, s.Now()))
	}
	return out, nil
}

func (s *Server) getEndpoint(r *http.Request, c request.Caller) (any, error) {
	all, err := s.endpoints(r, c.Merchant.ID)
	if err != nil {
		return nil, err
	}
	i := all.Find(r.PathValue("id"))
	if i < 0 {
		return nil, errNoEndpoint
	}
	return renderEndpoint(all.List[i], s.Now()), nil
}

var errNoEndpoint = fmt.Errorf("%w: no such event endpoint", request.ErrNotFound)

// moveEndpoint is what people do to an endpoint.
func (s *Server) moveEndpoint(r *http.Request, c request.Caller) (any, error) {
	move := r.PathValue("move")
	if move == "test" {
		return s.testEndpoint(r, c)
	}
	var q endpointRequest
	if move == "update" {
		if err := optionalBody(r, &q); err != nil {
			return nil, err
		}
		var f faults
		s.checkEndpoint(&f, q)
		if err := f.err(); err != nil {
			return nil, err
		}
	}
	var after event.Endpoint
	secret := ""
	err := s.changeEndpoints(r, c.Merchant.ID, func(all *event.Endpoints) error {
		i := all.Find(r.PathValue("id"))
		if i < 0 {
			return errNoEndpoint
		}
		e := &all.List[i]
		switch move {
		case "rotate":
			secret = s.Secret()
			*e = e.Rotate(secret, s.Now())
		case "disable":
			e.Disabled = event.ByMerchant
		case "enable":
			*e = e.Enable(s.Now())
		case "update":
			e.URL, e.Filters, e.Description = q.URL, q.Types, q.Description
		case "remove":
			after = *e
			after.Disabled = event.ByMerchant
			all.List = slices.Delete(all.List, i, i+1)
			return nil
		default:
			return request.ErrNotFound
		}
		after = *e
		return nil
	})
	if err != nil {
		return nil, err
	}
	answer := renderEndpoint(after, s.Now())
	answer.Secret = secret
	return answer, nil
}
