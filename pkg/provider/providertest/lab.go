package providertest

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// Subject is a provider under test: its adapter, its simulated counterpart, and an account that both know.
type Subject struct {
	New       provider.New
	Network   func(simnet.Host) simnet.Network
	Account   provider.Account
	Codes     provider.Codes
	Words     provider.Words
	SignsTime bool // webhooks carry a signed instant
	// OwnDeadline says that the provider sets the end of its vouchers, whatever is asked for.
	OwnDeadline bool
	// Untold says that a refund whose reply was lost cannot be told from another of its size.
	Untold bool
	// OursInFiles says that settlement rows carry our payment's id and not the voucher's code.
	OursInFiles bool
	// BadLines is a file of the provider's own columns: a header, a sound line, and lines that cannot be read, each of
	// which starts with a T; empty = in the generic columns.
	BadLines string

	Price money.Amount // of a payment
	Part  money.Amount // of it that is given back
	Tiny  money.Amount // an amount the wire or the contract cannot carry; zero = none
	// Of a voucher, in minor units; zero = none stated.
	VoucherMin, VoucherMax int64

	// What differs between wires; zero = as with the networks themselves.
	Refusal   func(code, text string) string       // the body of a refusal, with the provider's own text
	Signed    []string                             // headers that prove a delivery
	Stamp     func(http.Header) (time.Time, error) // the instant that a delivery signs
	Strange   string                               // a sound delivery of a kind that does not concern us
	Bare      bool                                 // nothing but its path proves a delivery: its body is believed as it came
	Anonymous bool                                 // an answer to a new voucher does not repeat our reference
	InBody    bool                                 // a delivery proves itself by a field of its body
	InPath    bool                                 // a delivery proves itself by its path, which no body can change
	Idle      []string                             // credentials that no call about money carries
	Settings  []string                             // that must be refused by name if they do not parse
	Exact     bool                                 // a voucher is paid once, with what it says
	Days      bool                                 // a voucher ends with a day of its country
	TheirRefs bool                                 // a payment is asked for, and told of, by the provider's own reference
	Loose429  bool                                 // nobody documents what a 429 means
	// ErrorsInside says that a good HTTP status does not mean success: the body says whether there was one.
	ErrorsInside bool
	Nameless     bool                               // an answer to how a disbursement stands names neither it nor its amount
	Dated        bool                               // a payment with the date of its receipt is paid, whatever word stands beside it
	Unstamped    bool                               // a reply to a hand-over names no instant
	Claims       map[simnet.Verb]disbursement.Claim // what the provider calls a move, where it has a word of its own
}

// start is a Friday at ten in the morning, UTC-5: far from the ends of days, with a weekend ahead.
func start() time.Time { return time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC) }

// canary is a person whose data must never show up where they do not belong, with a document of the account's country.
func (l *lab) canary() identity.Person {
	p := identity.Person{Name: "Canaria Amarilla", Email: "canaria@buyer.example", Phone: "+51987654321", DocumentType: "DNI",
		DocumentNumber: "76543210", Account: "19104455667788", Bank: "0007", AccountType: "CA"}
	if l.subject.Account.Network == "efecty" {
		p.Phone, p.DocumentType = "+573987654321", "CC"
	}
	return p
}

// refunds says whether the provider gives payments back by a road of its own.
func (l *lab) refunds() bool {
	routes := l.client.Profile().Routes
	return len(routes) > 0 && l.client.CanSubmit(disbursement.Refund, routes[0])
}

// byTransfer says that its road is a transfer, which knows of no payment.
func (l *lab) byTransfer() bool {
	return l.refunds() && l.client.Profile().Routes[0] == disbursement.BankTransfer
}

// issues says whether the provider makes vouchers; one that only pays persons does not.
func (l *lab) issues() bool { return l.client.Can(provider.CanCreatePayment) }

// asked says whether it also tells how they stand.
func (l *lab) asked() bool { return l.refunds() && l.client.Can(provider.CanReadStatus) }

// lab is one world with one account.
type lab struct {
	*testing.T
	subject Subject
	host    *Host
	network simnet.Network
	client  *provider.Client
	line    *line
	ctx     context.Context
	made    map[string]payment.Payment // the vouchers, as they were issued
}

// line lies between adapter and simulated provider, for answers that no provider would give.
type line struct {
	next    provider.Doer
	network simnet.Network
	forge   func(*http.Request) *http.Response // nil = let the call through
	other   bool                               // forge answers to tokens and files as well
	calls   int                                // that handed money over, or tried to
}

// Do lets a call through or forges its answer.
func (l *line) Do(req *http.Request) (*http.Response, error) {
	op := l.network.Operation(req)
	if op == simnet.OpDisbursement {
		l.calls++
	}
	if l.forge != nil && (op != simnet.OpOther || l.other) {
		if resp := l.forge(req); resp != nil {
			return resp, nil
		}
	}
	return l.next.Do(req)
}

func newLab(t *testing.T, s Subject) *lab {
	t.Helper()
	host := NewHost(start(), 7)
	network := s.Network(host)
	network.Register(s.Account, "http://127.0.0.1:8080/webhooks/"+s.Account.Provider+"/"+s.Account.ID)
	l := &lab{T: t, subject: s, host: host, network: network, ctx: context.Background(), made: map[string]payment.Payment{},
		line: &line{next: simnet.NewTransport(host, network), network: network}}
	l.client = l.open(s.Account)
	return l
}

// open makes a client of the account, which may differ from the registered one.
func (l *lab) open(account provider.Account) *provider.Client {
	l.Helper()
	adapter, err := l.subject.New(account, l.line, l.host)
	if err != nil {
		l.Fatalf("open: %v", err)
	}
	client, err := provider.Open(adapter, account, l.host)
	if err != nil {
		l.Fatalf("open: %v", err)
	}
	return client
}

// voucher makes a pending payment.
func (l *lab) voucher(id string) payment.Payment {
	l.Helper()
	p := payment.Payment{ID: id, State: payment.Pending, Order: "order-" + id, Amount: l.subject.Price, Payer: l.canary(),
		ExpiresAt: l.host.Now().Add(48 * time.Hour)}
	if !l.issues() {
		return p
	}
	o, err := l.client.CreatePayment(l.ctx, p)
	if err != nil {
		l.Fatalf("create %s: %v", id, err)
	}
	l.made[id] = l.fold(p, o)
	return l.made[id]
}

func (l *lab) fold(p payment.Payment, o payment.Observation) payment.Payment {
	l.Helper()
	next, _, err := payment.Next(p, o)
	if err != nil {
		l.Fatalf("fold %+v: %v", o, err)
	}
	return next
}

// paid makes a payment and lets the buyer pay it.
func (l *lab) paid(id string) payment.Payment {
	l.Helper()
	p := l.voucher(id)
	if !l.issues() {
		return p // collected elsewhere
	}
	l.pay(id, 0)
	if !l.client.Can(provider.CanReadPayment) {
		for _, f := range l.facts(id) {
			p = l.fold(p, *f.Payment)
		}
		return p
	}
	o, err := l.client.ReadPayment(l.ctx, p)
	if err != nil {
		l.Fatalf("read %s: %v", id, err)
	}
	return l.fold(p, o)
}

// pay is the buyer at the counter; the callback is given the second in which it must come.
func (l *lab) pay(id string, minor int64) {
	l.Helper()
	if err := l.network.Pay(id, minor); err != nil {
		l.Fatalf("pay %s: %v", id, err)
	}
	l.host.Sleep(time.Second)
}

// refund makes a refund that is about to be sent for the first time.
func (l *lab) refund(id string) disbursement.Disbursement {
	l.Helper()
	p := l.paid("pay_of_" + id)
	return l.sending(disbursement.Disbursement{ID: id, Kind: disbursement.Refund, Route: l.client.Profile().Routes[0],
		Amount: l.subject.Part, Reason: "customer_return", Beneficiary: l.canary(), Payment: p.ID, State: disbursement.Queued,
		OriginalTransaction: p.TransactionID(), OriginalReference: p.Voucher.Code, CreatedAt: l.host.Now()})
}

// sending writes the intent to send, as the product does before each call.
func (l *lab) sending(d disbursement.Disbursement) disbursement.Disbursement {
	l.Helper()
	next, _, err := disbursement.Next(d, disbursement.Observation{Claim: disbursement.ClaimSubmit, At: l.host.Now()})
	if err != nil {
		l.Fatalf("sending: %v", err)
	}
	return next
}

// ours is our id of what a fact is about, or what the provider's book says of the reference that it names instead.
func (l *lab) ours(f provider.Fact) string {
	if f.Ours != "" {
		return f.Ours
	}
	for _, e := range l.network.Ledger() {
		if e.Reference == f.Reference {
			return e.OurReference
		}
	}
	return ""
}

// submitted hands a refund over and folds the reply, as the product does.
func (l *lab) submitted(d disbursement.Disbursement) (disbursement.Disbursement, disbursement.Observation) {
	l.Helper()
	o := l.client.Submit(l.ctx, d)
	next, _, err := disbursement.Next(d, o)
	if err != nil {
		l.Fatalf("submitted: %v", err)
	}
	return next, o
}

// hit arms one fault.
func (l *lab) hit(kind simnet.Kind, on simnet.Operation) {
	l.Helper()
	if err := l.network.Faults().Arm(kind, 1, on); err != nil {
		l.Fatalf("arm: %v", err)
	}
}

// move does a verb and lets its callback come.
func (l *lab) move(id string, verb simnet.Verb) {
	l.Helper()
	if err := l.network.Move(id, verb); err != nil {
		l.Fatalf("%s %s: %v", verb, id, err)
	}
	l.host.Sleep(time.Second)
}

// live counts the live disbursements under our reference in the provider's own book.
func (l *lab) live(id string) int {
	n := 0
	for _, e := range l.network.Ledger() {
		if e.OurReference == id && e.Kind != simnet.KindPayment &&
			(e.Status == simnet.Accepted || e.Status == simnet.Collectable || e.Status == simnet.Paid) {
			n++
		}
	}
	return n
}

// claims fails unless the observation says what it must.
func (l *lab) claims(o disbursement.Observation, want ...disbursement.Claim) {
	l.Helper()
	for _, w := range want {
		if o.Claim == w {
			return
		}
	}
	l.Errorf("claims %q (%s %s), want %q", o.Claim, o.Code, o.Note, want)
}

// has is what a provider claims of something it just took in.
func has() []disbursement.Claim {
	return []disbursement.Claim{disbursement.ClaimAccepted, disbursement.ClaimCollectable}
}

// facts reads everything heard so far about our id.
func (l *lab) facts(id string) []provider.Fact {
	l.Helper()
	var found []provider.Fact
	for _, delivery := range l.host.Heard {
		if err := l.client.Verify(delivery); err != nil {
			l.Errorf("verify: %v", err)
		}
		facts, err := l.client.Facts(l.ctx, delivery)
		if err != nil {
			l.Errorf("read: %v", err)
		}
		for _, f := range facts {
			if l.ours(f) == id {
				found = append(found, f)
			}
		}
	}
	return found
}
