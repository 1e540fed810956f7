package request

import (
	"context"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
)

// check has the beneficiary of a draft looked up where the rules want it. Whoever is not found, and whoever nobody could be
// asked about, waits for a person: it is not refused, and it is not sent.
func (r *Requester) check(ctx context.Context, t *plan, country string, who identity.Person) {
	if !t.rules.Checks(t.d.Amount) || t.choice.Hold != "" {
		return
	}
	t.choice.Hold, t.choice.Wants = disbursement.HoldKYC, "nobody checks beneficiaries here: a person looks"
	if r.Checker == nil {
		return
	}
	switch reference, err := r.Checker.Check(ctx, country, who); {
	case err != nil:
		r.Log.WarnContext(ctx, "a beneficiary could not be checked", "disbursement", t.d.ID, "error", err)
		t.choice.Wants = "the checker did not answer"
	case reference == "":
		t.choice.Wants = "the checker does not find the beneficiary to be who they say they are"
	default:
		t.choice.Hold, t.choice.Wants, t.d.Checked = "", "", "checker:"+reference
	}
}
