package simnet

import (
	"fmt"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
)

// Statuses of a simulated provider's book.
const (
	Pending     = "pending"     // voucher out
	Accepted    = "accepted"    // has the disbursement
	Collectable = "collectable" // cash code out
	Paid        = "paid"
	Rejected    = "rejected"
	Returned    = "returned"
	Cancelled   = "cancelled"
	Expired     = "expired"
)

// Kinds of entries.
const (
	KindPayment = "payment"
	KindRefund  = "refund"
	KindPayout  = "payout"
)

// Account is one contract as the provider sees it.
type Account struct {
	provider.Account
	WebhookURL string
	Former     []string // secrets that it signed with before, oldest first
}

// Payment is a voucher in the provider's book.
type Payment struct {
	Account   *Account
	ID        string // the provider's id, where it gives one before the cash: the first receipt then carries it
	Ours      string // the caller's reference
	Code      string // what the cashier types
	Minor     int64
	Currency  money.Currency
	Status    string
	CreatedAt time.Time
	ExpiresAt time.Time
	RemovedAt time.Time
	Receipts  []Receipt
}

// Receipt is one hand-over of cash.
type Receipt struct {
	ID    string // the provider's transaction id
	Minor int64
	At    time.Time
}

// Disbursement is a refund or payout in the provider's book.
type Disbursement struct {
	Account     *Account
	Kind        string // KindRefund or KindPayout
	Ours        string // the caller's reference
	Reference   string // the provider's id
	Transaction string // of the payment that a refund gives back
	Minor       int64
	Currency    money.Currency
	Status      string
	Code        string // why it was rejected or came back
	CashCode    string
	CashExpires time.Time
	CreatedAt   time.Time
	MovedAt     time.Time
	PaidAt      time.Time // zero until it was
	hidden      []hidden  // what look-ups do not see yet, oldest first
}

// live says money may still be with the buyer or on its way there.
func (d *Disbursement) live() bool {
	return d.Status == Accepted || d.Status == Collectable || d.Status == Paid
}

// Voice is what differs between providers when they speak of their own accord.
type Voice interface {
	// PaymentEvent is the body that tells of a receipt, or of the voucher's end if r is nil; empty if the provider keeps
	// silent about it.
	PaymentEvent(p *Payment, r *Receipt) []byte
	// DisbursementEvent is the body that tells where a disbursement now stands; empty for silence.
	DisbursementEvent(d *Disbursement) []byte
	// Sign makes the headers of one try, as of now.
	Sign(secret string, body []byte, now time.Time) http.Header
}

// Manners are a simulated provider's facts.
type Manners struct {
	Name     string
	Network  string // whose zone and business days the files of an account without a network of its own follow
	Voice    Voice
	Retries  []time.Duration // gaps between tries of a callback that met no 2xx
	FailCode string          // why a disbursement fails
	Unasked  bool            // it answers no question about a disbursement
	Poor     bool            // it documents an answer to a balance that is too low, and gives it
	// ReceiptID makes the transaction id of the n-th thing in the book.
	ReceiptID func(n int) string
}

// Book is what every simulated provider keeps: accounts, vouchers, disbursements, the cash that moved, and callbacks
// under way. Its methods run on the world's loop; it has no lock.
type Book struct {
	host    Host
	manners Manners
	faults  Faults
	serial  int
	taken   int // disbursements handed over, repeats included

	accounts      []*Account
	balances      map[string]int64 // by account; absent = whatever is asked of it
	entries       []any            // *Payment or *Disbursement, in order of arrival
	payments      map[string][]*Payment
	codes         map[string]*Payment
	ids           map[string]*Payment
	refunds       map[string][]*Disbursement // by the transaction they give back
	receipts      map[string]*Payment
	disbursements map[string][]*Disbursement
	same          map[string][]*Disbursement // by Root of the caller's reference
	movements     []Movement
	doubled       []string
	overdrawn     []string
	back          map[string][]*callback       // by what they are about: held back until the next one has gone
	closed        map[networkDay]calendar.Date // local day → the day it settles on
	published     map[networkDay]bool          // settlement days that have a file
	pages         map[pageKey]*page
}

// NewBook opens an empty book.
func NewBook(host Host, manners Manners) *Book {
	return &Book{host: host, manners: manners, payments: map[string][]*Payment{}, codes: map[string]*Payment{},
		ids: map[string]*Payment{}, refunds: map[string][]*Disbursement{},
		receipts: map[string]*Payment{}, disbursements: map[string][]*Disbursement{}, same: map[string][]*Disbursement{}, closed: map[networkDay]calendar.Date{},
		published: map[networkDay]bool{}, pages: map[pageKey]*page{}, back: map[string][]*callback{}}
}

// Name of the provider.
func (b *Book) Name() string { return b.manners.Name }

// Faults of the provider.
func (b *Book) Faults() *Faults { return &b.faults }

// Now is the world's time.
func (b *Book) Now() time.Time { return b.host.Now() }

// Next is a number that was not used before in this book.
func (b *Book) Next() int { b.serial++; return b.serial }

// Aside does what only asks, and takes back the numbers it used: it leaves nothing in the book.
func (b *Book) Aside(ask func()) {
	kept := b.serial
	ask()
	b.serial = kept
}

// Register opens an account, or changes the one with the same id.
func (b *Book) Register(account provider.Account, webhookURL string) {
	clear(b.pages)
	for _, a := range b.accounts {
		if a.ID == account.ID {
			if before := a.secret(); len(a.Secrets) > 0 && before != (&Account{Account: account}).secret() {
				a.Former = append(a.Former, before)
			}
			a.Account, a.WebhookURL = account, webhookURL
			return
		}
	}
	b.accounts = append(b.accounts, &Account{Account: account, WebhookURL: webhookURL})
}

// Holder is the account whose credential of a name has this value; nil if there is none.
func (b *Book) Holder(credential, value string) *Account {
	for _, a := range b.accounts {
		if value != "" && a.Credentials[credential] == value {
			return a
		}
	}
	return nil
}

// Issue puts a voucher into the book, pending, and lets it expire by itself.
func (b *Book) Issue(p Payment) *Payment {
	p.Status, p.CreatedAt = Pending, b.host.Now()
	kept := &p
	b.entries = append(b.entries, kept)
	b.payments[p.Ours] = append(b.payments[p.Ours], kept)
	b.codes[p.Code], b.ids[p.ID] = kept, kept
	b.watch(kept)
	return kept
}

// watch lets a voucher end at its deadline, unless the deadline has moved by then.
func (b *Book) watch(p *Payment) {
	b.host.After(p.ExpiresAt.Sub(b.host.Now()), func() {
		if p.Status == Pending && !b.host.Now().Before(p.ExpiresAt) {
			p.Status = Expired
			b.tellPayment(p, nil)
		}
	})
}

// Extend gives a voucher another deadline; an expired one can be paid again.
func (b *Book) Extend(p *Payment, until time.Time) {
	p.ExpiresAt = until
	if p.Status == Expired {
		p.Status = Pending
	}
	b.watch(p)
}

// Voucher finds an account's payment by its code; nil if it has none.
func (b *Book) Voucher(a *Account, code string) *Payment {
	if p := b.codes[code]; p != nil && p.Account.ID == a.ID {
		return p
	}
	return nil
}

// VoucherByID finds an account's payment by the provider's id; nil if it has none.
func (b *Book) VoucherByID(a *Account, id string) *Payment {
	if p := b.ids[id]; id != "" && p != nil && p.Account.ID == a.ID {
		return p
	}
	return nil
}

// VoucherOf finds an account's latest voucher under the caller's reference; nil if it has none.
func (b *Book) VoucherOf(a *Account, ours string) *Payment {
	all := b.VouchersOf(a, ours)
	if len(all) == 0 {
		return nil
	}
	return all[len(all)-1]
}

// VouchersOf lists an account's vouchers under the caller's reference, oldest first.
func (b *Book) VouchersOf(a *Account, ours string) (all []*Payment) {
	for _, p := range b.payments[ours] {
		if p.Account.ID == a.ID {
			all = append(all, p)
		}
	}
	return all
}

// Pay is the buyer at the counter; see Network.
func (b *Book) Pay(ours string, minor int64) error {
	list := b.payments[ours]
	if len(list) == 0 {
		return fmt.Errorf("%s has no voucher for %s", b.manners.Name, ours)
	}
	p := list[len(list)-1]
	if minor == 0 {
		minor = p.Minor
	}
	if minor < 0 {
		return fmt.Errorf("nobody pays %d at a counter", minor)
	}
	r := Receipt{ID: p.ID, Minor: minor, At: b.host.Now()}
	if r.ID == "" || len(p.Receipts) > 0 {
		r.ID = b.manners.ReceiptID(b.Next())
	}
	p.Status, p.Receipts = Paid, append(p.Receipts, r)
	b.receipts[r.ID] = p
	b.move(Movement{Account: p.Account, Kind: KindPayment, ID: r.ID, Reference: p.Code, Minor: minor, Currency: p.Currency, Ours: p.Ours})
	b.tellPayment(p, &r)
	return nil
}

// Ledger is the provider's own book; see Network.
func (b *Book) Ledger() []Entry {
	ledger := make([]Entry, 0, len(b.entries))
	for _, entry := range b.entries {
		switch e := entry.(type) {
		case *Payment:
			ledger = append(ledger, e.entry())
		case *Disbursement:
			line := Entry{Kind: e.Kind, Reference: e.Reference, OurReference: e.Ours, Amount: e.Minor, Currency: string(e.Currency), Status: e.Status}
			if p := b.receipts[e.Transaction]; p != nil {
				line.Gives = p.Ours
			}
			ledger = append(ledger, line)
		}
	}
	return ledger
}

// Vouchers are the ledger's lines of the vouchers under the caller's reference, oldest first.
func (b *Book) Vouchers(ours string) []Entry {
	var lines []Entry
	for _, p := range b.payments[ours] {
		lines = append(lines, p.entry())
	}
	return lines
}

func (p *Payment) entry() Entry {
	return Entry{Kind: KindPayment, Reference: p.Code, OurReference: p.Ours, Amount: p.taken(), Currency: string(p.Currency), Status: p.Status}
}

// taken is the cash received, or what is asked while there is none.
func (p *Payment) taken() int64 {
	if len(p.Receipts) == 0 {
		return p.Minor
	}
	var sum int64
	for _, r := range p.Receipts {
		sum += r.Minor
	}
	return sum
}
