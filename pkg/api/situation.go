package api

import (
	"net/http"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/payment"
)

// proposedAnswer is the one next action on an unusual payment.
type proposedAnswer struct {
	Action payment.Way `json:"action"`
	Amount int64       `json:"amount,omitempty"` // of a refund
}

type settledAnswer struct {
	Action payment.Way `json:"action"`
	By     string      `json:"by"`
	At     string      `json:"at"`
}

// paymentAction is the one next step on a payment, in words.
func paymentAction(p payment.Payment) string {
	switch p.State {
	case payment.Pending:
		return "The buyer pays with the code."
	case payment.Expired, payment.Cancelled:
		return "Nothing: should the buyer pay all the same, it shows here."
	}
	if !p.Open() {
		return "Nothing."
	}
	if way, _ := p.Proposal(); way == payment.GiveBack {
		return map[payment.Situation]string{
			payment.PaidLate:  "It was withdrawn before it was paid: give the cash back (give-back), or revive the order.",
			payment.PaidTwice: "It was paid twice: give what is too much back (give-back).",
			payment.Overpaid:  "More was paid than asked: give what is too much back (give-back), or revive the order.",
			payment.Underpaid: "Less was paid than asked: give it back (give-back), or revive the order with less.",
		}[p.Situation()]
	}
	return "It was paid after its time: revive the order (revive), or give the cash back (give-back)."
}

func situation(p payment.Payment, a *paymentAnswer) {
	a.NextAction = paymentAction(p)
	if way, amount := p.Proposal(); way != "" {
		a.Proposal = &proposedAnswer{way, amount}
	}
	if h := p.Handled; h.What != "" {
		a.Settled = &settledAnswer{h.What, h.By, stamp(h.At)}
	}
}

func (s *Server) revivePayment(r *http.Request, c request.Caller) (any, error) {
	p, err := s.Requester.Revive(r.Context(), c, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return s.paymentView(r, p)
}

type giveBackRequest struct {
	Documents []paperRequest `json:"documents"`
}

func (s *Server) giveBack(r *http.Request, c request.Caller) (any, error) {
	var q giveBackRequest
	key, err := body(r, c, &q)
	if err != nil {
		return nil, err
	}
	var f faults
	f.papers(q.Documents)
	if err := f.err(); err != nil {
		return nil, err
	}
	papers, err := s.papers(r, c, q.Documents)
	if err != nil {
		return nil, err
	}
	return s.Requester.GiveBack(r.Context(), c, key, r.PathValue("id"), papers, func(d disbursement.Disbursement) request.Answer {
		return created(s.renderDisbursement(d))
	})
}
