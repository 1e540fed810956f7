package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/store"
)

// manualAnswer is what people need to end a hold.
type manualAnswer struct {
	Since         string                `json:"since"`
	HeldFrom      disbursement.State    `json:"held_from"`
	SafeAction    disbursement.Action   `json:"safe_action"`
	Actions       []disbursement.Action `json:"actions"`
	NeverSent     bool                  `json:"never_sent"` // certain that no provider has it
	AssignedTo    string                `json:"assigned_to,omitempty"`
	AssignedUntil string                `json:"assigned_until,omitempty"`
	Proposal      *proposalAnswer       `json:"proposal,omitempty"`
}

type proposalAnswer struct {
	Action    disbursement.Action `json:"action"`
	Evidence  string              `json:"evidence"`
	Note      string              `json:"note,omitempty"`
	Supplies  []string            `json:"supplies,omitempty"` // names of the fields, not what is in them
	Amount    int64               `json:"amount,omitempty"`
	Reference string              `json:"network_reference,omitempty"`
	By        string              `json:"by"`
	At        string              `json:"at"`
}

func manual(d disbursement.Disbursement) *manualAnswer {
	if d.State != disbursement.Held {
		return nil
	}
	a := &manualAnswer{Since: stamp(d.HeldAt()), HeldFrom: d.HeldFrom, SafeAction: d.Advice(), Actions: d.Actions(),
		NeverSent: d.Unsent(), AssignedTo: d.Desk.Owner, AssignedUntil: stamp(d.Desk.Until)}
	if p := d.Desk.Proposal; p.Action != "" {
		a.Proposal = &proposalAnswer{Action: p.Action, Evidence: p.Proof, Note: p.Note, Supplies: told(p.Beneficiary),
			Amount: p.Amount, Reference: p.Reference, By: p.By, At: stamp(p.At)}
	}
	return a
}

// told names the fields of a person that are filled.
func told(p identity.Person) (names []string) {
	for _, f := range identity.Fields() {
		if len(p.Lacks(f)) == 0 {
			names = append(names, string(f))
		}
	}
	return names
}

// heldAction is the one safe next step on a hold, in words.
func heldAction(d disbursement.Disbursement) string {
	if p := d.Desk.Proposal; p.Action != "" {
		return "A second person checks the evidence and agrees to " + string(p.Action) + ", or withdraws it."
	}
	switch d.HeldReason {
	case disbursement.HoldBlocked:
		return "The beneficiary is on the block list: cancel it, or let it go with a reason (resolve, action requeue)."
	case disbursement.HoldKYC:
		return "Nobody has found the beneficiary to be who they say they are: look at their document, then let it go (resolve, action requeue) or cancel it."
	case disbursement.HoldScreened:
		return "One person is paid from many stores: look at them, then let it go (resolve, action requeue) or cancel it."
	}
	switch d.Advice() {
	case disbursement.Supply:
		return "Supply what is missing of the beneficiary (resolve, action supply); then it is sent."
	case disbursement.Stop:
		return "It cannot be sent as it is: cancel it and ask for a new one."
	case disbursement.Requeue:
		return "It was not applied: mend the cause, then let it be sent again (resolve, action requeue)."
	case disbursement.ConfirmPaid:
		return "Pay the buyer by hand and record the receipt (resolve, action confirm_paid)."
	case disbursement.AdviseAsk:
		return "Ask the provider's people which is true; resolve it with their answer. Never send it again before."
	}
	return "Ask the provider now (sync); resolve it with written evidence if it still does not say. Never send it again before."
}

type resolveRequest struct {
	Action      string         `json:"action"`
	Evidence    string         `json:"evidence"`
	Note        string         `json:"note"`
	Amount      int64          `json:"amount"`
	Reference   string         `json:"network_reference"`
	Beneficiary *personRequest `json:"beneficiary"`
}

func (q resolveRequest) check(f *faults) {
	actions := []disbursement.Action{disbursement.Supply, disbursement.Requeue, disbursement.Stop, disbursement.ConfirmPaid,
		disbursement.ConfirmReturned, request.Withdraw}
	f.check(slices.Contains(actions, disbursement.Action(q.Action)), "field_invalid", "/action",
		"must be supply, requeue, cancel, confirm_paid, confirm_returned or withdraw")
	f.text("/evidence", q.Evidence, 0, 200)
	f.text("/note", q.Note, 0, 200)
	f.text("/network_reference", q.Reference, 0, 100)
	f.check(q.Reference == "" || strings.HasPrefix(q.Action, "confirm_"), "field_invalid", "/network_reference", "is of what the provider has: confirm_paid or confirm_returned")
	f.check(q.Amount >= 0 && q.Amount <= MaxAmount, "amount_invalid", "/amount", "must be a positive number of minor units")
	f.person("/beneficiary", q.Beneficiary)
}

// desk is what people do to a held disbursement.
func (s *Server) desk(r *http.Request, c request.Caller, kind disbursement.Kind) (any, error) {
	ctx, id := r.Context(), r.PathValue("id")
	if !c.Key.May(merchant.Agree) {
		return nil, errForbidden
	}
	var d disbursement.Disbursement
	var err error
	switch r.PathValue("move") {
	case "take":
		d, err = s.Requester.Take(ctx, c, kind, id)
	case "release":
		d, err = s.Requester.Release(ctx, c, kind, id)
	default:
		d, err = s.resolve(r, c, kind)
	}
	if err != nil {
		return nil, err
	}
	return s.renderDisbursement(d), nil
}

// resolve asks the provider first where the resolution says that it does not have the disbursement: its answer may end the
// hold by itself, or be the proof.
func (s *Server) resolve(r *http.Request, c request.Caller, kind disbursement.Kind) (disbursement.Disbursement, error) {
	none := disbursement.Disbursement{}
	raw, err := read(r)
	if err != nil {
		return none, err
	}
	var q resolveRequest
	if err := decode(raw, &q); err != nil {
		return none, err
	}
	var f faults
	q.check(&f)
	if err := f.err(); err != nil {
		return none, err
	}
	d, err := s.Requester.Find(r.Context(), c, kind, r.PathValue("id"))
	if err != nil {
		return none, err
	}
	action := disbursement.Action(q.Action)
	if d.State == disbursement.Held && d.Sent() && (action == disbursement.Requeue || action == disbursement.Stop) {
		if _, err := s.Poller.Disbursement(r.Context(), d); err != nil {
			return none, err
		}
	}
	return s.Requester.Resolve(r.Context(), c, kind, d.ID, request.Resolution{Action: action, Evidence: q.Evidence, Note: q.Note,
		Beneficiary: q.Beneficiary.person(), Amount: q.Amount, Reference: q.Reference})
}

// listManual lists what is held, newest first: refunds and payouts, with what is known and the one safe action.
func (s *Server) listManual(r *http.Request, c request.Caller) (any, error) {
	query := r.URL.Query()
	limit, _, after, err := s.pageQuery(r)
	if err != nil {
		return nil, err
	}
	out := page{Data: []any{}}
	for scanned := 0; ; {
		q := store.Query{Index: store.Work, PK: job.HeldPartition(c.Merchant.ID), After: after, Limit: limit + 1, Descending: true}
		found, err := s.Store.Query(r.Context(), q)
		if err != nil {
			return nil, err
		}
		for _, record := range found.Records {
			if len(out.Data) == limit || scanned >= maxScanned {
				out.more(s.Now(), after)
				return out, nil
			}
			d, err := disbursement.Decode(record)
			if err != nil {
				return nil, err
			}
			if matches(query, "kind", string(d.Kind)) && matches(query, "reason", d.HeldReason) && matches(query, "store", d.Store) &&
				matches(query, "provider", d.Provider) && matches(query, "assigned_to", d.Desk.Owner) &&
				matches(query, "safe_action", string(d.Advice())) {
				out.Data = append(out.Data, s.renderDisbursement(d))
			}
			after = q.Cursor(store.Position{SK: record.Index.Work.SK, Key: record.Key})
			scanned++
		}
		if after = found.Next; after == "" {
			return out, nil
		}
	}
}
