package story_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// receiver is a merchant's endpoint on this machine.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	came   []came
	answer func(n int, w http.ResponseWriter, r *http.Request) // n from 1; nil = 204
}

type came struct {
	id, timestamp, signature string
	body                     []byte
	kind                     string
	data                     doc
}

func receive(t testing.TB, answer func(n int, w http.ResponseWriter, r *http.Request)) *receiver {
	t.Helper()
	r := &receiver{answer: answer}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

// ServeHTTP implements http.Handler.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	c := came{id: req.Header.Get("webhook-id"), timestamp: req.Header.Get("webhook-timestamp"), signature: req.Header.Get("webhook-signature"), body: body}
	var told struct {
		Type string
		Data doc
	}
	_ = json.Unmarshal(body, &told)
	c.kind, c.data = told.Type, told.Data
	r.mu.Lock()
	r.came = append(r.came, c)
	n := len(r.came)
	r.mu.Unlock()
	if r.answer != nil {
		r.answer(n, w, req)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (r *receiver) all() []came {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]came(nil), r.came...)
}

// kinds are the types that came about a subject, each id once, in the order of the journal: they may arrive in any.
func (r *receiver) kinds(subject string) string {
	var mine []came
	for _, c := range r.all() {
		if str(c.data["id"]) == subject && !slices.ContainsFunc(mine, func(x came) bool { return x.id == c.id }) {
			mine = append(mine, c)
		}
	}
	slices.SortStableFunc(mine, func(a, b came) int { return int(a.entry() - b.entry()) })
	return kindsOf(mine)
}

func (c came) entry() int64 {
	j, _ := c.data["journal"].(doc)
	return num(j["entry"])
}

// endpoint registers a receiver and gives its id and secret.
func (s *stack) endpoint(url string, types ...string) (id, secret string) {
	s.t.Helper()
	e := s.want(201, s.as(ana, "POST", "/v1/event-endpoints", doc{"url": url, "types": types}))
	return str(e["id"]), str(e["secret"])
}

// verified says that the reference library takes everything that came under one of the secrets.
func (r *receiver) verified(t testing.TB, secrets ...string) {
	t.Helper()
	for _, c := range r.all() {
		for _, secret := range secrets {
			wh, err := webhooks.NewWebhook(secret)
			if err != nil {
				t.Fatal(err)
			}
			h := http.Header{}
			h.Set("webhook-id", c.id)
			h.Set("webhook-timestamp", c.timestamp)
			h.Set("webhook-signature", c.signature)
			if err := wh.VerifyIgnoringTimestamp(c.body, h); err != nil {
				t.Errorf("%s %s: %v", c.kind, c.id, err)
			}
			if wh.VerifyIgnoringTimestamp(append(c.body, ' '), h) == nil {
				t.Errorf("%s: a changed body is believed", c.kind)
			}
		}
	}
}

// TestMerchantsAreTold: each step of a payment and its refund arrives once, signed, on both networks, and so does the day.
func TestMerchantsAreTold(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		r := receive(t, nil)
		_, secret := s.endpoint(r.URL)
		payment := s.paid(x)
		refund := s.back(x, payment, x.part)
		s.settle()
		s.move(refund, x.finish)
		day := s.closeDay(x.network)
		s.at(day, "22:00")
		s.settle()
		if got := r.kinds(payment); got != "payment.created payment.confirmed payment.settled" {
			t.Errorf("%s: told %q of the payment", x.network, got)
		}
		if got, want := r.kinds(refund), "refund.queued refund.submitting refund."+x.sent+" refund.paid refund.settled"; got != want {
			t.Errorf("%s: told %q of the refund, want %q", x.network, got, want)
		}
		balanced := 0
		ids := map[string][]byte{}
		for _, c := range r.all() {
			if c.kind == "reconciliation.balanced" && str(c.data["date"]) == day && num(c.data["matched"]) == 2 {
				balanced++
			}
			if old, ok := ids[c.id]; ok {
				t.Errorf("%s came twice: %s %s", c.id, old, c.body)
			}
			ids[c.id] = c.body
			if text := string(c.body); strings.Contains(text, "Quispe") || strings.Contains(text, "@") || strings.Contains(text, "1032456789") {
				t.Errorf("a person in %s", text)
			}
		}
		if balanced != 1 {
			t.Errorf("%s: the day was told %d times", x.network, balanced)
		}
		r.verified(t, secret)
		for id := range ids {
			e := s.get("/v1/events/" + id)
			d := list(e, "deliveries")
			mine := -1
			for i := range d {
				if attempts := list(d[i], "attempts"); len(attempts) == 1 && num(attempts[0]["status"]) == 204 && str(d[i]["status"]) == "delivered" {
					mine = i
				}
			}
			if mine < 0 {
				t.Errorf("the log of %s reads %v", id, e)
			}
		}
	}
}

func TestFiltersAndTheAlias(t *testing.T) {
	t.Parallel()
	s, x := start(t), peru()
	only, alias := receive(t, nil), receive(t, nil)
	s.endpoint(only.URL, "payment.confirmed", "payout.*")
	s.endpoint(alias.URL, "REFUND_PROCESSED")
	payment := s.paid(x)
	refund := s.back(x, payment, x.part)
	s.settle()
	s.move(refund, x.finish)
	s.settle()
	if got := only.kinds(payment) + "|" + only.kinds(refund); got != "payment.confirmed|" {
		t.Errorf("told %q", got)
	}
	if got := alias.kinds(payment) + "|" + alias.kinds(refund); got != "|REFUND_PROCESSED" {
		t.Errorf("under the alias %q", got)
	}
	s.refused(422, "field_invalid", s.as(ana, "POST", "/v1/event-endpoints", doc{"url": only.URL, "types": []string{"refund.paied"}}))
	for _, url := range []string{"", "https://example.com/x", "http://10.0.0.1/", "ftp://127.0.0.1/", "http://u:p@127.0.0.1/", "http://127.0.0.1/#x"} {
		s.refused(422, "endpoint_url_invalid", s.as(ana, "POST", "/v1/event-endpoints", doc{"url": url}))
	}
	s.refused(403, "forbidden", s.as(beto, "POST", "/v1/event-endpoints", doc{"url": only.URL}))
}

// TestRetries: the schedule of Standard Webhooks, in the order of the log; then it is over.
func TestRetries(t *testing.T) {
	t.Parallel()
	s, x := start(t), peru()
	r := receive(t, func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	id, _ := s.endpoint(r.URL, "payment.created")
	s.voucher(x)
	s.advance(4 * 24 * time.Hour)
	came := r.all()
	if len(came) != 10 {
		t.Fatalf("%d tries", len(came))
	}
	e := s.get("/v1/events/" + came[0].id)
	d := find(list(e, "deliveries"), id)
	attempts := list(d, "attempts")
	if str(d["status"]) != "failed" || d["next_at"] != nil || len(attempts) != 10 || str(attempts[3]["fault"]) != "status_500" {
		t.Fatalf("the log reads %v", d)
	}
	gaps := []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}
	for i, want := range gaps {
		got := instant(t, attempts[i+1]["at"]).Sub(instant(t, attempts[i]["at"]))
		if got < want || got > want+want/5+2*time.Minute+15*time.Second {
			t.Errorf("try %d came %s after the one before, want %s and up to a fifth more", i+2, got, want)
		}
	}
	for _, c := range came[1:] {
		if c.id != came[0].id || string(c.body) != string(came[0].body) {
			t.Errorf("a retry differs: %s %s", c.id, c.body)
		}
	}
	// A person asks for it again, and it is tried at once.
	r.answer = nil
	s.want(200, s.as(ana, "POST", "/v1/events/"+came[0].id+"/redeliver", nil))
	s.settle()
	if d := find(list(s.get("/v1/events/"+came[0].id), "deliveries"), id); str(d["status"]) != "delivered" {
		t.Errorf("asked for again: %v", d)
	}
	if e := s.get("/v1/event-endpoints/" + id); e["failing_since"] != nil {
		t.Errorf("after it recovered: %v", e)
	}
	if got := list(s.get("/v1/events?type=endpoint.recovered"), "data"); len(got) != 1 {
		t.Errorf("its recovery was told %d times", len(got))
	}
}

// TestBadEndpoints: each has its fault in the log, and none keeps another from being told.
func TestBadEndpoints(t *testing.T) {
	t.Parallel()
	s, x := start(t), peru()
	good := receive(t, nil)
	elsewhere := receive(t, nil)
	gone := receive(t, func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) })
	moved := receive(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusFound)
	})
	large := receive(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		_, _ = io.Copy(w, io.LimitReader(zeros{}, 1<<20))
	})
	later := receive(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		if n == 1 {
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	silent := httptest.NewServer(http.NotFoundHandler())
	silent.Close()
	want := map[string]string{}
	for url, fault := range map[string]string{gone.URL: "status_410", moved.URL: "redirect", large.URL: "reply_too_large", later.URL: "status_429", silent.URL: "no_answer"} {
		id, _ := s.endpoint(url, "payment.created")
		want[id] = fault
	}
	s.endpoint(good.URL)
	payment := s.voucher(x)
	s.settle()
	if got := good.kinds(payment); got != "payment.created" {
		t.Fatalf("the good one was told %q", got)
	}
	e := "/v1/events/" + str(list(s.get("/v1/events?subject="+payment), "data")[0]["id"])
	for id, fault := range want {
		d := find(list(s.get(e), "deliveries"), id)
		if a := list(d, "attempts"); len(a) == 0 || str(a[0]["fault"]) != fault {
			t.Errorf("want %s: %v", fault, d)
		}
		if fault == "status_429" {
			if wait := instant(t, d["next_at"]).Sub(s.now()); wait < 119*time.Minute {
				t.Errorf("put off by two hours, tried after %s", wait)
			}
		}
		if fault == "status_410" {
			if x := s.get("/v1/event-endpoints/" + id); str(x["status"]) != "disabled" || str(x["disabled_reason"]) != "gone" {
				t.Errorf("after a 410: %v", x)
			}
		}
	}
	if len(elsewhere.all()) != 0 {
		t.Error("a redirect was followed")
	}
	s.settle()
	if told := kindsOf(good.all()); !strings.Contains(told, "endpoint.disabled") {
		t.Errorf("nobody heard of the disabled one: %s", told)
	}
	s.advance(3 * time.Hour)
	if n := len(later.all()); n != 2 {
		t.Errorf("after the time it asked for it was told %d times", n)
	}
}

// TestFailingForDaysDisables: with a notice to the others; enabling it again and replaying brings what was missed.
func TestFailingForDaysDisables(t *testing.T) {
	t.Parallel()
	s, x := start(t), peru()
	good := receive(t, nil)
	bad := receive(t, func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) })
	s.endpoint(good.URL, "endpoint.*")
	id, _ := s.endpoint(bad.URL, "payment.created")
	from := s.now()
	for range 7 {
		s.voucher(x)
		s.advance(20 * time.Hour)
	}
	e := s.get("/v1/event-endpoints/" + id)
	if str(e["status"]) != "disabled" || str(e["disabled_reason"]) != "failing" {
		t.Fatalf("%v", e)
	}
	if got := kindsOf(good.all()); got != "endpoint.disabled" {
		t.Errorf("the other was told %q", got)
	}
	seen := map[string]bool{}
	s.voucher(x)
	s.settle()
	bad.mu.Lock()
	bad.answer, bad.came = nil, nil
	bad.mu.Unlock()
	s.want(200, s.as(ana, "POST", "/v1/event-endpoints/"+id+"/enable", nil))
	back := s.want(200, s.as(ana, "POST", "/v1/events/replay", doc{"from": from.Format(time.RFC3339), "to": s.now().Format(time.RFC3339),
		"types": []string{"payment.created"}, "endpoint": id}))
	s.settle()
	for _, c := range bad.all() {
		seen[c.id] = true
	}
	if num(back["replayed"]) != 8 || len(seen) != 8 {
		t.Errorf("replayed %v, came %d", back, len(seen))
	}
	s.settle()
	if got := kindsOf(good.all()); got != "endpoint.disabled endpoint.recovered" {
		t.Errorf("once it works again the other was told %q", got)
	}
}

// TestSecretsRotate: for a day both sign, then the new one alone. Nobody can read them again.
func TestSecretsRotate(t *testing.T) {
	t.Parallel()
	s := start(t)
	r := receive(t, nil)
	id, first := s.endpoint(r.URL, "endpoint.test")
	test := func() { s.want(201, s.as(ana, "POST", "/v1/event-endpoints/"+id+"/test", nil)); s.settle() }
	test()
	r.verified(t, first)
	second := str(s.want(200, s.as(ana, "POST", "/v1/event-endpoints/"+id+"/rotate", nil))["secret"])
	test()
	if c := r.all()[1]; len(strings.Fields(c.signature)) != 2 || second == first || second == "" {
		t.Errorf("while they rotate: %q", c.signature)
	}
	r.came = r.came[1:]
	r.verified(t, first, second)
	s.advance(25 * time.Hour)
	test()
	if c := r.all()[1]; len(strings.Fields(c.signature)) != 1 {
		t.Errorf("a day later: %q", c.signature)
	}
	r.came = r.came[1:]
	r.verified(t, second)
	for _, path := range []string{"/v1/event-endpoints", "/v1/event-endpoints/" + id, "/v1/events"} {
		if text := string(s.as(ana, "GET", path, nil).body); strings.Contains(text, "whsec_") || strings.Contains(text, strings.TrimPrefix(second, "whsec_")) {
			t.Errorf("%s shows a secret: %s", path, text)
		}
	}
	body := doc{"url": r.URL}
	one, two := s.keyed("we-1", "/v1/event-endpoints", body), s.keyed("we-1", "/v1/event-endpoints", body)
	if string(one.body) != string(two.body) || two.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("a repeat: %s\n%s", one.body, two.body)
	}
	s.refused(422, "idempotency_key_reused", s.keyed("we-1", "/v1/event-endpoints", doc{"url": r.URL + "/other"}))
}

// TestEventsAreListed: newest first, in pages, by subject; another merchant sees none of it.
func TestEventsAreListed(t *testing.T) {
	t.Parallel()
	s, x := start(t), peru()
	for range 3 {
		s.paid(x)
		s.advance(26 * time.Hour)
	}
	var ids []string
	cursor := ""
	for range 20 {
		p := s.get("/v1/events?limit=2" + cursor)
		for _, e := range list(p, "data") {
			ids = append(ids, str(e["id"]))
		}
		if p["has_more"] != true {
			break
		}
		cursor = "&cursor=" + str(p["next_cursor"])
	}
	if len(ids) != 6 {
		t.Fatalf("%d events: %v", len(ids), ids)
	}
	for i := range ids[1:] {
		if ids[i] <= ids[i+1] {
			t.Errorf("not newest first: %v", ids)
		}
	}
	payment := str(list(s.get("/v1/payments?limit=1"), "data")[0]["id"])
	if got := list(s.get("/v1/events?subject="+payment), "data"); len(got) != 2 {
		t.Errorf("of %s: %v", payment, got)
	}
	before := s.now().Add(-50 * time.Hour).UTC().Format(time.RFC3339)
	if got := list(s.get("/v1/events?before="+before), "data"); len(got) != 4 {
		t.Errorf("before %s: %d", before, len(got))
	}
	for _, path := range []string{"/v1/events/" + ids[0], "/v1/events/evt_x", "/v1/event-endpoints/we_x"} {
		s.refused(404, "not_found", s.as(carla, "GET", path, nil))
	}
	s.refused(404, "not_found", s.as(carla, "POST", "/v1/events/"+ids[0]+"/redeliver", nil))
	if got := list(s.want(200, s.as(carla, "GET", "/v1/events", nil)), "data"); len(got) != 0 {
		t.Errorf("another merchant sees %v", got)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func find(ds []doc, endpoint string) doc {
	for _, d := range ds {
		if str(d["endpoint"]) == endpoint {
			return d
		}
	}
	return doc{}
}

func kindsOf(all []came) string {
	seen, kinds := map[string]bool{}, []string{}
	for _, c := range all {
		if !seen[c.id] {
			seen[c.id] = true
			kinds = append(kinds, c.kind)
		}
	}
	return strings.Join(kinds, " ")
}

func instant(t testing.TB, v any) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, fmt.Sprint(v))
	if err != nil {
		t.Error(err)
	}
	return at
}
