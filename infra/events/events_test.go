// Package events_test plays the events of events/<function>/ to the functions' own handlers: the same files serve
// `sam local invoke`. Together they are one story: a voucher, its payment, a refund, its settlement.
package events_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/vuelto/vuelto/pkg/aws/apigw"
	"github.com/vuelto/vuelto/pkg/aws/dynamostream"
	"github.com/vuelto/vuelto/pkg/aws/sqsevents"
	"github.com/vuelto/vuelto/pkg/bundle"
	"github.com/vuelto/vuelto/pkg/bundle/finance"
	"github.com/vuelto/vuelto/pkg/bundle/hearing"
	"github.com/vuelto/vuelto/pkg/bundle/issuing"
	"github.com/vuelto/vuelto/pkg/bundle/reporting"
	"github.com/vuelto/vuelto/pkg/bundle/sealing"
	"github.com/vuelto/vuelto/pkg/bundle/telling"
	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/event"
	"github.com/vuelto/vuelto/pkg/flow/reconcile"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/notice"
	"github.com/vuelto/vuelto/pkg/port"
	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

const (
	repo      = "../.."
	paymentID = "pay_60KM9DN08W0M994ZBGBGFHTXG3" // of the demo merchant's order A-1001
	refundID  = "rf_6J0ZCWG5VB9G0C25AKBCNVK7SB"  // of its R-1001
	batchID   = "bat_4XFNNEMBPXYC8478Z2SQ4MT53Z" // of its file of one payout
	eventID   = "evt_01M7XCBXG0QPJT7ZE1D8VAAATW" // payment.confirmed of that payment
)

// stage is the functions' handlers over a world whose own loop stands still: nothing happens but what the events say.
type stage struct {
	*testing.T
	clock  *sim.Virtual
	world  *sim.World
	bundle *bundle.Bundle
	who    telling.Ports
	routes []sim.RouteSpec
	sent   []job.Job
	log    *slog.Logger
	played []string
	told   []string // ids that an endpoint heard of
	mails  []notice.Mail
}

// Mail is the buyers' post.
func (s *stage) Mail(_ context.Context, m notice.Mail) error {
	s.mails = append(s.mails, m)
	return nil
}

// Do is the merchant's endpoint.
func (s *stage) Do(r *http.Request) (*http.Response, error) {
	s.told = append(s.told, r.Header.Get(event.HeaderID))
	return sim.Answer(http.StatusNoContent, ""), nil
}

// Send notes what would go to a queue.
func (s *stage) Send(_ context.Context, j job.Job, _ time.Duration) error {
	s.sent = append(s.sent, j)
	return nil
}

func newStage(t *testing.T) *stage {
	t.Helper()
	template, err := sim.ReadTemplate(filepath.Join(repo, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{T: t, clock: sim.NewVirtual(time.Date(2026, 11, 20, 21, 4, 0, 0, time.UTC)), log: slog.New(slog.DiscardHandler)}
	s.world, err = sim.New(sim.Options{Clock: s.clock, Seed: 1, Template: template, Log: s.log, BaseURL: "http://127.0.0.1",
		Endpoint: "https://shop.example/events"})
	if err != nil {
		t.Fatal(err)
	}
	s.routes = template.Routes
	ports := port.Set{Store: s.world.Store, Sender: s, Files: s.world.Files, Clock: s.world,
		Doer: simnet.NewTransport(s.world, s.world.Networks...), Float: s.world.Float,
		NewID: func() string { return "req_1" }, Log: s.log}
	s.bundle, s.who = bundle.New(ports, all.Registry()), telling.Ports{Set: ports, Outward: s, Mailer: s}
	return s
}

func (s *stage) event(name string, into any) {
	s.Helper()
	s.played = append(s.played, name)
	text, err := os.ReadFile(filepath.Join(repo, "events", name+".json"))
	if err != nil {
		s.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		s.Fatalf("%s: %v", name, err)
	}
}

// http plays an event of the gateway; the answer must have the status and the text in it.
func (s *stage) http(name string, status int, text string) {
	s.Helper()
	var event events.APIGatewayV2HTTPRequest
	s.event(name, &event)
	function := filepath.Dir(name)
	r, ok := sim.Route(s.routes, event.RequestContext.HTTP.Method, event.RawPath)
	if !ok || r.Function != function || r.Key() != event.RouteKey || r.Key() != event.RequestContext.RouteKey {
		s.Fatalf("%s: the template leads it to %s by %s", name, r.Function, r.Key())
	}
	front := s.bundle.Front()
	front["finance-api"] = finance.API(s.who.Set)
	front["webhook-intake"] = hearing.Intake(s.bundle)
	front["receipt-api"] = issuing.ReceiptAPI(issuing.Ports{Set: s.who.Set, Vault: s.world.Files})
	answer, err := apigw.Wrap(front[function])(context.Background(), event)
	if err != nil || answer.StatusCode != status || !strings.Contains(answer.Body, text) {
		s.Fatalf("%s: %d %s (%v), want %d with %s", name, answer.StatusCode, answer.Body, err, status, text)
	}
}

// queue plays an event of a queue; exactly these messages must be asked for again.
func (s *stage) queue(name string, failed ...string) {
	s.Helper()
	var event events.SQSEvent
	s.event(name, &event)
	handlers := map[string]job.Handler{"webhook-apply": hearing.Applier(s.bundle), "refund-submission": s.bundle.Submitter(),
		"status-polling": s.bundle.Polling(), "settlement-ingest": s.bundle.Ingester(),
		"settlement-reconciliation": s.bundle.Reconciler(), "batch-run": s.bundle.Runner(), "event-delivery": telling.Deliverer(s.who),
		"buyer-notice": telling.Notifier(s.who), "audit-seal": sealing.Sealer(s.who.Set),
		"finance-report": reporting.Reporter(reporting.Ports{Set: s.who.Set, Mailer: s})}
	answer, err := sqsevents.Batch(handlers[filepath.Dir(name)], s.log)(context.Background(), event)
	if err != nil {
		s.Fatalf("%s: %v", name, err)
	}
	var got []string
	for _, f := range answer.BatchItemFailures {
		got = append(got, f.ItemIdentifier)
	}
	if !slices.Equal(got, failed) {
		s.Fatalf("%s: asks again for %v, want %v", name, got, failed)
	}
}

// stream plays an event of the table's stream; all of it must be taken.
func (s *stage) stream(name string) {
	s.Helper()
	var e events.DynamoDBEvent
	s.event(name, &e)
	answer, err := dynamostream.Batch(telling.Teller(s.who), s.log)(context.Background(), e)
	if err != nil || len(answer.BatchItemFailures) != 0 {
		s.Fatalf("%s: %v (%v)", name, answer, err)
	}
}

// step plays a call of the state machine; the answer must be this one.
func (s *stage) step(name, want string) {
	s.Helper()
	var step reconcile.Step
	s.event(name, &step)
	answer, err := s.bundle.Partitioner()(context.Background(), step)
	got, _ := json.Marshal(answer)
	if err != nil || string(got) != want {
		s.Fatalf("%s: %s (%v), want %s", name, got, err, want)
	}
}

// asked says a job of this kind was sent, and that the next event brings that very one.
func (s *stage) asked(kind job.Kind, next string) {
	s.Helper()
	var event events.SQSEvent
	s.event(next, &event)
	j, err := job.Decode([]byte(event.Records[0].Body))
	if err != nil || j.Kind != kind || !slices.Contains(s.sent, j) {
		s.Fatalf("sent %v; %s brings %v (%v)", s.sent, next, j, err)
	}
}

func (s *stage) network() simnet.Network {
	n, ok := s.world.Network("pagoefectivo")
	if !ok {
		s.Fatal("no such network")
	}
	return n
}

func TestEvents(t *testing.T) {
	s := newStage(t)
	s.http("merchant-api/health", 200, "ok")
	s.http("merchant-api/no-key", 401, `"code":"unauthorized"`)
	s.http("merchant-api/live-key", 401, `"code":"unauthorized"`)
	s.http("merchant-api/create-payment", 201, paymentID)
	if err := s.network().Pay(paymentID, 0); err != nil {
		t.Fatal(err)
	}

	s.http("webhook-intake/unknown-account", 404, `"code":"not_found"`)
	s.http("webhook-intake/changed-body", 401, `"code":"signature_invalid"`)
	if len(s.sent) != 0 {
		t.Fatalf("a refused webhook asked for %v", s.sent)
	}
	s.http("webhook-intake/paid", 200, `"code":"100"`)
	s.asked(job.Apply, "webhook-apply/delivery-and-poison")
	s.queue("webhook-apply/delivery-and-poison", "059f36b4-87a3-44ab-83d2-661975990001")

	s.stream("event-outbox/payment-confirmed")
	s.asked(job.Deliver, "event-delivery/event")
	s.queue("event-delivery/event")
	s.stream("event-outbox/payment-confirmed") // a stream says things twice
	s.queue("event-delivery/event")
	if len(s.told) != 1 || s.told[0] != eventID {
		t.Fatalf("the endpoint heard of %v", s.told)
	}

	s.http("merchant-api/create-refund", 201, refundID)
	s.asked(job.Submit, "refund-submission/refund")
	s.http("merchant-api/refund-too-large", 422, `"code":"amount_exceeds_refundable"`)
	s.queue("refund-submission/refund")
	s.http("merchant-api/get-refund", 200, `"status":"accepted"`)
	if err := s.network().Move(refundID, simnet.Complete); err != nil {
		t.Fatal(err)
	}
	s.clock.Reach(s.clock.Now().Add(time.Hour)) // the callback is lost; the sweep asks
	s.queue("status-polling/sweep")
	s.asked(job.Poll, "status-polling/poll")
	s.queue("status-polling/poll")
	s.http("merchant-api/get-refund", 200, `"status":"paid"`)
	paid, err := s.world.Store.Get(context.Background(), disbursement.Key("demo", refundID))
	if err != nil {
		t.Fatal(err)
	}
	if err := telling.Teller(s.who).Changed(context.Background(), store.Change{New: paid}); err != nil {
		t.Fatal(err)
	}
	s.asked(job.Notify, "buyer-notice/paid")
	s.queue("buyer-notice/paid")
	s.queue("buyer-notice/paid")
	if len(s.mails) != 1 || s.mails[0].To != "ana@example.pe" {
		t.Fatalf("the buyer got %+v", s.mails)
	}
	s.queue("buyer-notice/bounced")
	s.queue("buyer-notice/bounced") // the carrier says things twice
	if _, err := s.world.Store.Get(context.Background(), notice.AddressKey("demo", notice.Digest("demo", "ana@example.pe"))); err != nil {
		t.Errorf("more would be mailed to who is not there: %v", err)
	}

	if _, _, err := s.network().Close(calendar.On(s.clock.Now(), calendar.Peru().Zone())); err != nil {
		t.Fatal(err)
	}
	s.clock.Reach(time.Date(2026, 11, 23, 14, 15, 0, 0, time.UTC))
	s.queue("settlement-ingest/hour")
	s.asked(job.Reconcile, "settlement-reconciliation/day")
	s.step("settlement-partition/split", `{"plan":"partition/demo/rec_5EEXKRFRFN0635BYHST6CS9SCX/f10ef689c7ec4107214b3cbfd454c584.json","parts":[0,1]}`)
	s.step("settlement-partition/match", `{"plan":"","parts":[]}`)
	s.queue("settlement-reconciliation/day")
	s.step("settlement-partition/merge", `{"plan":"","parts":[]}`) // the day is compared already
	s.http("finance-api/list-reconciliations", 200, `"status":"balanced"`)
	s.http("finance-upload/import-rates", 200, `"written":1`)
	s.http("merchant-api/get-refund", 200, `"status":"settled"`)

	s.http("receipt-api/receipt", 200, "JVBERi0xLjcK") // %PDF-1.7 in base 64
	s.http("receipt-api/evidence", 200, "UEsDB")       // a zip, so too
	s.http("receipt-api/form", 200, "JVBERi0xLjcK")
	s.queue("audit-seal/night")
	if _, err := s.world.Files.Get(context.Background(), "audit/demo/2026-11-20.jsonl"); err != nil {
		t.Error(err)
	}

	s.queue("status-polling/remind") // nothing is late
	s.queue("finance-report/day")    // nobody wants reports
	s.http("batch-api/create-batch", 201, batchID)
	s.asked(job.Rows, "batch-run/batch")
	s.queue("batch-run/batch")
	s.beside()
	s.http("batch-api/get-batch", 200, `"status":"done"`)
	s.complete()
}

// complete says that every event was played, and that every function has one.
func (s *stage) complete() {
	s.Helper()
	mains, err := filepath.Glob(filepath.Join(repo, "functions", "*", "main.go"))
	if err != nil {
		s.Fatal(err)
	}
	for _, m := range mains {
		function := filepath.Base(filepath.Dir(m))
		files, err := filepath.Glob(filepath.Join(repo, "events", function, "*.json"))
		if err != nil || len(files) == 0 {
			s.Errorf("%s has no event", function)
		}
		for _, f := range files {
			if name := function + "/" + strings.TrimSuffix(filepath.Base(f), ".json"); !slices.Contains(s.played, name) {
				s.Errorf("%s is not played", name)
			}
		}
	}
}
