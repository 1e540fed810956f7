package disbursement

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
)

// Fingerprint is what a person agrees to: how much goes to whom, by which road, for what. Anything else about a
// disbursement may change without asking again.
func (d Disbursement) Fingerprint() string {
	h := sha256.New()
	b := d.Beneficiary
	for _, part := range []string{d.Tenant, d.ID, string(d.Kind), strconv.FormatInt(d.Amount.Minor(), 10), string(d.Amount.Currency()),
		string(d.Route), d.Provider, d.Account, d.Payment, d.Reason, b.Name.Reveal(), b.Email.Reveal(), b.Phone.Reveal(), b.DocumentType,
		b.DocumentNumber.Reveal(), b.Account.Reveal(), b.Bank, b.AccountType} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Round counts how often agreement was asked for, so that an approval of one round is not taken for that of another.
func (d Disbursement) Round() (n int) {
	for _, s := range d.History {
		if s.To == AwaitingApproval {
			n++
		}
	}
	return n
}

// asksAgain says that what leaves a hold must be agreed to: nobody has yet, or what was agreed to is no longer what runs.
func (d Disbursement) asksAgain(o Observation) bool {
	if d.NeedsRole == "" {
		return false
	}
	return o.Claim == ClaimSupply || d.ApprovedHash != d.Fingerprint()
}
