// Package cashoutsim is a simulated D24, as far as cash-outs in Colombia go: its documented interface and notifications.
package cashoutsim

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// Network is the simulated provider.
type Network struct{ *simnet.Book }

// New opens a simulated D24.
func New(host simnet.Host) simnet.Network {
	return &Network{simnet.NewBook(host, simnet.Manners{Name: "efecty", Network: "efecty", Voice: voice{}, FailCode: "807",
		Retries: []time.Duration{10 * time.Minute, time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour}, ReceiptID: func(serial int) string { return fmt.Sprint(8_000_000 + serial) }})}
}

// Operation says what a request is.
func (n *Network) Operation(req *http.Request) simnet.Operation {
	switch req.URL.Path {
	case "/v3/cashout":
		return simnet.OpDisbursement
	case "/v3/cashout/status":
		return simnet.OpRead
	}
	return simnet.OpOther
}

// ask is what both interfaces take.
type ask struct {
	Login           string      `json:"login"`
	Pass            string      `json:"pass"`
	ExternalID      string      `json:"external_id"`
	Country         string      `json:"country"`
	Currency        string      `json:"currency"`
	Amount          json.Number `json:"amount"`
	DocumentID      string      `json:"document_id"`
	DocumentType    string      `json:"document_type"`
	BankCode        string      `json:"bank_code"`
	BankAccount     *string     `json:"bank_account"`
	Name            string      `json:"beneficiary_name"`
	LastName        string      `json:"beneficiary_lastname"`
	Address         string      `json:"address"`
	Phone           string      `json:"phone"`
	Email           string      `json:"email"`
	NotificationURL string      `json:"notification_url"`
}

// ServeHTTP is the wire.
func (n *Network) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := simnet.Body(req)
	var a ask
	if n.Operation(req) == simnet.OpOther || req.Method != http.MethodPost {
		http.NotFound(w, req)
		return
	}
	if err != nil || json.Unmarshal(body, &a) != nil {
		refusal(w, http.StatusBadRequest, 502, "Invalid request body")
		return
	}
	account := n.Holder("login", a.Login)
	switch {
	case account == nil || account.Credentials["pass"] != a.Pass:
		refusal(w, http.StatusUnauthorized, 401, "Invalid credentials")
	case !provider.Signed([]string{account.Credentials["secret"]}, req.Header.Get("Payload-Signature"), body):
		refusal(w, http.StatusUnauthorized, 302, "Invalid control string")
	case req.URL.Path == "/v3/cashout":
		n.create(w, account, a)
	default:
		n.status(w, account, a)
	}
}

func (n *Network) create(w http.ResponseWriter, account *simnet.Account, a ask) {
	minor, err := provider.Minor(a.Amount, money.COP)
	if field := a.lacks(); field != "" || err != nil || minor <= 0 {
		refusal(w, http.StatusBadRequest, 300, "Invalid params: "+field)
		return
	}
	if n.DisbursementOf(account, a.ExternalID) != nil && account.Settings["idempotent"] != "false" {
		refusal(w, http.StatusBadRequest, 511, "External ID already used")
		return
	}
	kind := simnet.KindPayout
	if strings.HasPrefix(a.ExternalID, "rf_") {
		kind = simnet.KindRefund
	}
	d, _ := n.Accept(simnet.Disbursement{Account: account, Kind: kind, Ours: a.ExternalID, Reference: fmt.Sprint(8_000_000 + n.Next()), Minor: minor,
		Currency: money.COP, Status: simnet.Accepted}, false)
	simnet.WriteJSON(w, http.StatusOK, map[string]any{"cashout_id": d.Reference})
}

// lacks names a field that breaks a rule of Colombia; empty if none does.
func (a ask) lacks() string {
	phone := regexp.MustCompile(`^\+57 \d{3} \d{7}$`).MatchString(a.Phone)
	number := regexp.MustCompile(`^\d{6,15}$`).MatchString(a.DocumentID)
	switch {
	case a.ExternalID == "":
		return "external_id"
	case a.Country != "CO" || a.Currency != "COP":
		return "country"
	case a.DocumentType == "" || !number:
		return "document_id"
	case a.Name == "" || a.LastName == "":
		return "beneficiary_lastname"
	case a.Address == "" || a.NotificationURL == "":
		return "address"
	case !phone:
		return "phone"
	case a.BankAccount == nil:
		return "bank_account"
	case a.BankCode == "10003" && *a.BankAccount != "":
		return "bank_account"
	case a.BankCode == "10006" && (*a.BankAccount == "" || a.Email == ""):
		return "email"
	case a.BankCode != "10003" && a.BankCode != "10006":
		return "bank_code"
	}
	return ""
}

func (n *Network) status(w http.ResponseWriter, account *simnet.Account, a ask) {
	d := n.Lookup(account, a.ExternalID)
	if d == nil {
		refusal(w, http.StatusPreconditionFailed, 509, "Cashout not found with this ID")
		return
	}
	rejected := func(code int, reason string) map[string]any {
		return map[string]any{"cashout_status": 3, "cashout_status_description": "Rejected", "rejection_code": code, "rejection_reason": reason}
	}
	told := map[string]map[string]any{
		simnet.Accepted: {"cashout_status": 0, "cashout_status_description": "Pending"},
		simnet.Paid:     {"cashout_status": 1, "cashout_status_description": "Completed"},
		simnet.Rejected: rejected(807, "Rejected by bank"),
		simnet.Expired:  rejected(809, "Withdrawal expired"),
		simnet.Returned: rejected(826, "Withdrawal reversed"),
	}
	simnet.WriteJSON(w, http.StatusOK, told[d.Status])
}

// Refuse answers with a documented code, or with a 429.
func (n *Network) Refuse(w http.ResponseWriter, _ *http.Request, kind simnet.Kind) {
	switch kind {
	case simnet.RateLimit:
		http.Error(w, "slow down", http.StatusTooManyRequests)
	case simnet.DuplicateReference:
		refusal(w, http.StatusBadRequest, 511, "External ID already used")
	default:
		refusal(w, http.StatusBadRequest, 515, "Invalid user status: BLOCKED")
	}
}

func refusal(w http.ResponseWriter, status, code int, message string) {
	simnet.WriteJSON(w, status, map[string]any{"code": code, "message": message})
}

// voice makes notifications, which tell no status.
type voice struct{}

// PaymentEvent is none: D24 issues no vouchers here.
func (voice) PaymentEvent(*simnet.Payment, *simnet.Receipt) []byte { return nil }

// DisbursementEvent names a cash-out.
func (voice) DisbursementEvent(d *simnet.Disbursement) []byte {
	return []byte(url.Values{"date": {d.MovedAt.UTC().Format(time.DateTime)}, "bank_reference_id": {""}, "comments": {""}, "external_id": {d.Ours},
		"cashout_id": {d.Reference}, "status_reason": {""}}.Encode())
}

// Sign is not called: the control string is a field of the body.
func (voice) Sign(string, []byte, time.Time) http.Header { return http.Header{} }

// SignRequest puts the control string into a notification.
func (voice) SignRequest(_ *simnet.Account, secret string, req *http.Request, body []byte, _ time.Time) {
	form, _ := url.ParseQuery(string(body))
	form.Set("control", strings.ToUpper(provider.Sign(secret, []byte("Be4"+form.Get("external_id")+"Bo7"))))
	text := form.Encode()
	req.Body, req.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
}
