package disbursement

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/store"
)

// body is the stored form: short names, because every kilobyte of an item is billed. Names are append only. The history
// inside it is the journal: one conditional write carries the state and the reason for it, so that neither can exist
// without the other.
type body struct {
	ID          string           `json:"i"`
	Kind        Kind             `json:"k"`
	Store       string           `json:"s"`
	Network     string           `json:"n"`
	Provider    string           `json:"p"`
	Account     string           `json:"a"`
	MerchantRef string           `json:"mr"`
	Payment     string           `json:"py,omitempty"`
	Order       string           `json:"o,omitempty"`
	Minor       int64            `json:"m"`
	Currency    string           `json:"c"`
	Route       Route            `json:"r"`
	RouteReason string           `json:"rr,omitempty"`
	Reason      string           `json:"rc,omitempty"`
	ReasonText  string           `json:"rt,omitempty"`
	Beneficiary *identity.Record `json:"b,omitempty"`
	OrigTxn     string           `json:"ot,omitempty"`
	OrigRef     string           `json:"or,omitempty"`
	State       State            `json:"st"`
	HeldFrom    State            `json:"hf,omitempty"`
	HeldReason  string           `json:"hr,omitempty"`
	Contested   bool             `json:"cn,omitempty"`
	Overdrawn   bool             `json:"od,omitempty"`
	Reference   string           `json:"rf,omitempty"`
	CashCode    string           `json:"cc,omitempty"`
	CashExpires int64            `json:"ce,omitempty"`
	Received    int64            `json:"rv,omitempty"`
	Returned    int64            `json:"rn,omitempty"`
	Fee         int64            `json:"fe,omitempty"`
	Word        string           `json:"w,omitempty"`
	Said        string           `json:"sd,omitempty"`
	EvidenceAt  int64            `json:"ea,omitempty"`
	PaidAt      int64            `json:"pa,omitempty"`
	SettledOn   calendar.Date    `json:"so,omitzero"`
	Attempts    []attemptBody    `json:"at,omitempty"`
	History     []stepBody       `json:"h,omitempty"`
	RequestedBy string           `json:"rb,omitempty"`
	ApprovedBy  string           `json:"ab,omitempty"`
	CreatedAt   int64            `json:"ct"`
	AcceptedOn  calendar.Date    `json:"ao,omitzero"`
	SentAt      int64            `json:"sa,omitempty"`
	LastSentAt  int64            `json:"ls,omitempty"`
	Polls       int              `json:"pl,omitempty"`
	Due         int64            `json:"du,omitempty"`
	Desk        *deskBody        `json:"dk,omitempty"`
	NeedsRole   string           `json:"nr,omitempty"`
	CodeShown   string           `json:"cs,omitempty"`
	Replaces    string           `json:"rs,omitempty"`
	ReplacedBy  string           `json:"ry,omitempty"`
	ClearedBy   string           `json:"cb,omitempty"`
	Checked     string           `json:"ck,omitempty"`
	RemindHours int              `json:"rh,omitempty"`
	Papers      []Paper          `json:"pp,omitempty"`
	FX          *FX              `json:"fx,omitempty"`
	AskUntil    int64            `json:"au,omitempty"`
	Approved    string           `json:"ah,omitempty"`
	StoppedAt   int64            `json:"sp,omitempty"`
	Settles     bool             `json:"se,omitempty"`
	Expected    calendar.Date    `json:"xb,omitzero"`
	Deadline    calendar.Date    `json:"dl,omitzero"`
}

type attemptBody struct {
	At         int64  `json:"a"`
	ResponseID string `json:"r,omitempty"`
	Outcome    string `json:"o,omitempty"`
}

type stepBody struct {
	At       int64  `json:"a"`
	From     State  `json:"f,omitempty"`
	To       State  `json:"t"`
	Evidence string `json:"e,omitempty"`
	By       string `json:"b,omitempty"`
	Note     string `json:"n,omitempty"`
	Role     string `json:"r,omitempty"`
	Delivery string `json:"d,omitempty"`
	Request  string `json:"q,omitempty"` // as identity.Trail.Short
	Trace    string `json:"u,omitempty"`
}

// Encode makes the record to put; its Version is the one that the put replaces.
func Encode(d Disbursement) store.Record {
	b := body{
		ID: d.ID, Kind: d.Kind, Store: d.Store, Network: d.Network, Provider: d.Provider, Account: d.Account,
		MerchantRef: d.MerchantRef, Payment: d.Payment, Order: d.Order, Minor: d.Amount.Minor(),
		Currency: string(d.Amount.Currency()), Route: d.Route, RouteReason: d.RouteReason, Reason: d.Reason,
		ReasonText: d.ReasonText, Beneficiary: identity.Encode(d.Beneficiary), OrigTxn: d.OriginalTransaction,
		OrigRef: d.OriginalReference, State: d.State, HeldFrom: d.HeldFrom, HeldReason: d.HeldReason,
		Contested: d.Contested, Overdrawn: d.Overdrawn, Reference: d.Reference, CashCode: d.CashCode,
		CashExpires: calendar.Millis(d.CashExpires), Received: d.Received, Returned: d.Returned, Fee: d.Fee,
		Word: d.Word, Said: d.Said, StoppedAt: calendar.Millis(d.StoppedAt), Settles: d.Settles,
		EvidenceAt: calendar.Millis(d.EvidenceAt), PaidAt: calendar.Millis(d.PaidAt), SettledOn: d.SettledOn,
		RequestedBy: d.RequestedBy, ApprovedBy: d.ApprovedBy, CreatedAt: calendar.Millis(d.CreatedAt),
		AcceptedOn: d.AcceptedOn, SentAt: calendar.Millis(d.SentAt), LastSentAt: calendar.Millis(d.LastSentAt),
		Polls: d.Polls, Due: calendar.Millis(d.Due), Desk: encodeDesk(d.Desk),
		CodeShown: d.CodeShownTo, Replaces: d.Replaces, ReplacedBy: d.ReplacedBy, ClearedBy: d.ClearedBy, Checked: d.Checked, RemindHours: d.RemindHours, Papers: d.Papers, FX: d.FX,
		NeedsRole: d.NeedsRole, AskUntil: calendar.Millis(d.AskUntil), Approved: d.ApprovedHash,
		Expected: d.Expected, Deadline: d.Deadline,
	}
	for _, a := range d.Attempts {
		b.Attempts = append(b.Attempts, attemptBody{calendar.Millis(a.At), a.ResponseID, a.Outcome})
	}
	for _, s := range d.History {
		b.History = append(b.History, stepBody{calendar.Millis(s.At), s.From, s.To, s.Evidence, s.By, s.Note, s.Role, s.Delivery, s.Trail.Short(), s.Trail.Trace})
	}
	encoded, err := json.Marshal(b)
	if err != nil {
		panic(err) // strings, integers and dates always encode
	}
	key := Key(d.Tenant, d.ID)
	return store.Record{Key: key, Version: d.Version, Body: encoded, Index: index(d, key)}
}

// index: listed always; on the work index while somebody must act, a person included, or from payment until settlement.
func index(d Disbursement, key store.Key) store.Places {
	at := store.Places{List: ListKey(d)}
	switch {
	case !d.Due.IsZero() && d.State == Queued:
		at.Work = job.DueKey(d.Due, job.Submit, key)
	case !d.Due.IsZero():
		at.Work = job.DueKey(d.Due, job.Poll, key)
	case d.State == Held:
		at.Work = job.HeldKey(d.Tenant, d.HeldAt(), key)
	case d.State == Paid:
		at.Work = job.AwaitKey(d.Tenant, d.Account, d.PaidAt, key)
	case !d.SettledOn.IsZero():
		at.Work = job.SettledKey(d.Tenant, d.Account, d.SettledOn.String(), key)
	}
	return at
}

// Decode reads a record that Encode of this or any earlier release wrote.
func Decode(r store.Record) (Disbursement, error) {
	var b body
	if err := store.Unmarshal(r.Body, &b); err != nil {
		return Disbursement{}, fmt.Errorf("disbursement: record %s: %w", r.Key, err)
	}
	at := calendar.Instant
	d := Disbursement{
		Tenant: r.Key.PK[:max(0, len(r.Key.PK)-len(b.ID)-1)], ID: b.ID, Kind: b.Kind, Store: b.Store, Network: b.Network,
		Provider: b.Provider, Account: b.Account, MerchantRef: b.MerchantRef, Payment: b.Payment, Order: b.Order,
		Amount: money.New(b.Minor, money.Currency(b.Currency)), Route: b.Route, RouteReason: b.RouteReason,
		Reason: b.Reason, ReasonText: b.ReasonText, Beneficiary: identity.Decode(b.Beneficiary),
		OriginalTransaction: b.OrigTxn, OriginalReference: b.OrigRef, State: b.State, HeldFrom: b.HeldFrom,
		HeldReason: b.HeldReason, Contested: b.Contested, Overdrawn: b.Overdrawn, Reference: b.Reference,
		CashCode: b.CashCode, CashExpires: at(b.CashExpires), Received: b.Received, Returned: b.Returned, Fee: b.Fee,
		Word: b.Word, Said: b.Said,
		StoppedAt: at(b.StoppedAt), Settles: b.Settles,
		EvidenceAt: at(b.EvidenceAt), PaidAt: at(b.PaidAt), SettledOn: b.SettledOn, RequestedBy: b.RequestedBy,
		ApprovedBy: b.ApprovedBy, CreatedAt: at(b.CreatedAt), AcceptedOn: b.AcceptedOn, SentAt: at(b.SentAt),
		LastSentAt: at(b.LastSentAt), Polls: b.Polls, Due: at(b.Due), Version: r.Version,
		CodeShownTo: b.CodeShown, Replaces: b.Replaces, ReplacedBy: b.ReplacedBy, ClearedBy: b.ClearedBy, Checked: b.Checked, RemindHours: b.RemindHours, Papers: b.Papers, FX: b.FX,
		Desk: b.Desk.decode(), NeedsRole: b.NeedsRole, AskUntil: at(b.AskUntil), ApprovedHash: b.Approved, Expected: b.Expected, Deadline: b.Deadline,
	}
	d.Attempts, d.History = slices.Grow(d.Attempts, len(b.Attempts)), slices.Grow(d.History, len(b.History))
	for _, a := range b.Attempts {
		d.Attempts = append(d.Attempts, Attempt{at(a.At), a.ResponseID, a.Outcome})
	}
	for _, s := range b.History {
		d.History = append(d.History, Step{At: at(s.At), From: s.From, To: s.To, Evidence: s.Evidence, By: s.By, Role: s.Role, Note: s.Note, Delivery: s.Delivery, Trail: identity.Lengthen(s.Request, s.Trace)})
	}
	return d, nil
}

// Steps is how many steps the history of a record has, for whoever needs no more of it. Error: a record that cannot be read.
func Steps(r store.Record) (int, error) {
	var b struct {
		History []struct{} `json:"h"`
	}
	if err := store.Unmarshal(r.Body, &b); err != nil {
		return 0, fmt.Errorf("disbursement: record %s: %w", r.Key, err)
	}
	return len(b.History), nil
}
