package proof

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

// irec is held by reconciliation alone: nothing else reads a file.
const irec = "reconciliation: what a settlement file says wrongly is found, under its own class"

// ClassOf is the break that a flaw must show as.
func ClassOf(f simnet.Flaw) settlement.Class {
	return map[simnet.Flaw]settlement.Class{
		simnet.RowOver: settlement.AmountOver, simnet.RowUnder: settlement.AmountUnder, simnet.RowHundred: settlement.Exponent,
		simnet.RowFee: settlement.FeeDifference, simnet.RowTax: settlement.TaxDifference, simnet.RowNet: settlement.NetMismatch,
		simnet.RowMissing: settlement.MissingAtNetwork, simnet.RowTwice: settlement.DuplicateRow,
		simnet.RowUnknown: settlement.MissingInBooks, simnet.RowSwapped: settlement.ReferenceSwapped,
		simnet.RowStatus: settlement.StatusMismatch, simnet.RowCurrency: settlement.CurrencyMismatch,
		simnet.RowDay: settlement.DateShift,
	}[f]
}

// Tally counts the flaws of one class.
type Tally struct {
	Injected int `json:"injected"`
	Found    int `json:"found"`
	// Moot are those that nobody can find: the money was gone again before its day was compared, or nothing else told of it.
	Moot int `json:"moot,omitempty"`
}

// flawed is a row that the file gets wrong.
type flawed struct {
	account, id, ours string
	flaw              simnet.Flaw
}

// misstate draws what a provider's file says wrongly. Mercado Pago writes a report of its own columns and is left out.
func (t *troubles) misstate(n simnet.Network) func(simnet.Movement) simnet.Flaw {
	if n.Name() == "mercadopago" {
		return nil
	}
	at := sim.Point{Boundary: "settlement", Call: "row"}
	return func(m simnet.Movement) simnet.Flaw {
		t.visit(at)
		chosen := simnet.Flaw("")
		for _, f := range simnet.Flaws() {
			if chosen == "" && t.hits(Fault(f), at) {
				chosen = f
			}
		}
		if chosen != "" {
			t.flawed = append(t.flawed, flawed{m.Account.ID, m.ID, m.Ours, chosen})
		}
		return chosen
	}
}

// breaks are those of every settlement day, by account and by the ids in them.
func (a *auditor) breaks() (map[string][]settlement.Break, error) {
	ctx, all := context.Background(), map[string][]settlement.Break{}
	a.missed = map[string]time.Time{}
	for _, month := range []time.Time{begin, begin.AddDate(0, 1, 0)} {
		q := store.Query{Index: store.List, PK: reconciliation.ListPartition("demo", month)}
		for more := true; more; more = q.After != "" {
			page, err := a.world.Store.Query(ctx, q)
			if err != nil {
				return nil, err
			}
			q.After = page.Next
			for _, record := range page.Records {
				if err := a.breaksOf(ctx, record, all); err != nil {
					return nil, err
				}
			}
		}
	}
	return all, nil
}

func (a *auditor) breaksOf(ctx context.Context, record store.Record, all map[string][]settlement.Break) error {
	day, err := reconciliation.Decode(record)
	if err != nil {
		return err
	}
	for page := 0; page < day.Sheet.Pages(); page++ {
		list, err := day.Sheet.Page(ctx, a.world.Files, page)
		if err != nil {
			return err
		}
		for _, d := range list {
			for _, id := range []string{d.TransactionID, d.Reference, d.Break.ID} {
				if id != "" {
					all[day.Account+" "+id] = append(all[day.Account+" "+id], d.Break)
					if d.Break.Class == settlement.MissingInBooks {
						a.missed[day.Account+" "+id] = time.UnixMilli(day.Ended)
					}
				}
			}
		}
	}
	return nil
}

// settlements holds what the files were made to say against what reconciliation found in them.
func (a *auditor) settlements() map[settlement.Class]Tally {
	tallies := map[settlement.Class]Tally{}
	all, err := a.breaks()
	if err != nil {
		a.report("settlement", irec, err.Error())
		return tallies
	}
	for _, f := range a.flaws {
		class := ClassOf(f.flaw)
		t := tallies[class]
		t.Injected++
		switch {
		case found(all, f, class):
			t.Found++
		case a.people.knows(f), a.gone(f), a.lostTwice(f), a.toldLater(f), heardLater(all, f):
			t.Moot++
		default:
			a.report(f.ours, irec, fmt.Sprintf("%s of %s, %s in the file of %s, is no %s; there is %v", f.flaw, f.ours, f.id, f.account, class, all[f.account+" "+f.id]))
		}
		tallies[class] = t
	}
	return tallies
}

func found(all map[string][]settlement.Break, f flawed, class settlement.Class) bool {
	ids := []string{f.id, IDOf(f.ours)}
	if f.flaw == simnet.RowUnknown {
		ids = []string{simnet.UnknownID(f.id)}
	}
	for _, id := range ids {
		if slices.ContainsFunc(all[f.account+" "+id], func(b settlement.Break) bool { return b.Class == class || slices.Contains(b.Also, class) }) {
			return true
		}
	}
	return false
}

// gone says that the row was missing, or said to be rejected, of money that our books expect no row of: it has come back since,
// or nothing else told that it had gone out, before people did days later. A wrong day is the only one that we know if the row itself was the first to tell.
func (a *auditor) gone(f flawed) bool {
	if f.flaw == simnet.RowDay {
		d, err := a.find(IDOf(f.ours))
		return err == nil && slices.ContainsFunc(d.History, func(s disbursement.Step) bool {
			return s.By == "settlement" && s.From != disbursement.Paid && (s.To == disbursement.Paid || s.To == disbursement.Settled)
		})
	}
	if f.flaw != simnet.RowMissing && f.flaw != simnet.RowStatus {
		return false
	}
	d, err := a.find(IDOf(f.ours))
	return err == nil && (d.State == disbursement.Returned || d.PaidAt.IsZero() || slices.ContainsFunc(d.History, byPeople))
}

// knows says that finance has settled a payment by another row already.
func (p *people) knows(f flawed) bool { return p != nil && p.decided[f.ours] }

// heardLater says that the row was said to be rejected when our books did not know yet that the money had gone out: there was nothing to
// contradict, and once they knew, people had it before them as money that no file shows.
func heardLater(all map[string][]settlement.Break, f flawed) bool {
	return f.flaw == simnet.RowStatus && slices.ContainsFunc(all[f.account+" "+IDOf(f.ours)], func(b settlement.Break) bool {
		return b.Class == settlement.MissingAtNetwork
	})
}

// byPeople is that two people said it was paid.
func byPeople(s disbursement.Step) bool { return s.To == disbursement.Paid && closed(s) }

// mute answers no question about a payment: if its callback is lost, too, only the settlement file tells of the cash.
const mute = "kushki"

// unheard says that a payment's cash can be known to nobody but the buyer: nothing told of it and its row is wrong.
func (a *auditor) unheard(p payment.Payment) bool {
	return p.Provider == mute && p.PaidMinor() == 0 && slices.ContainsFunc(a.flaws, func(f flawed) bool { return f.ours == p.ID })
}

// lostTwice says that the row is of such a payment, or all that we know of its payment: there is nothing to compare it with. A
// wrong day needs no mute provider for that: if the callback was lost and each question failed until the file came, the day in our
// books is the row's own.
func (a *auditor) lostTwice(f flawed) bool {
	record, err := a.world.Store.Get(context.Background(), payment.Key("demo", f.ours))
	if err != nil {
		return false
	}
	p, err := payment.Decode(record)
	return err == nil && (a.unheard(p) || (p.Provider == mute || f.flaw == simnet.RowDay) && slices.ContainsFunc(p.History, func(s payment.Step) bool {
		return s.To == payment.Paid && s.By == "settlement"
	}))
}

// toldLater says that the row is of such a payment, of whose cash we heard only when its day had been compared, and names it the
// wrong way round: then the books hold a voucher without a transaction, and the row fits nothing that we know. People have it before
// them twice, as a row that is in no books and as cash that is in no file; more than that the day's files cannot tell.
func (a *auditor) toldLater(f flawed) bool {
	compared := a.missed[f.account+" "+f.id]
	record, err := a.world.Store.Get(context.Background(), payment.Key("demo", f.ours))
	if f.flaw != simnet.RowSwapped || compared.IsZero() || err != nil {
		return false
	}
	p, err := payment.Decode(record)
	return err == nil && p.Provider == mute && len(p.Receipts) == 1 && slices.ContainsFunc(p.History, func(s payment.Step) bool {
		return s.To == payment.Paid && s.At.After(compared)
	})
}
