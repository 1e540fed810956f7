package disbursement

import (
	"time"

	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/store"
)

// SK of every disbursement record: tells it from a payment by its key.
const SK = "disbursement"

// RefundID is the id of the refund for a merchant's own refund id: the same one is the same record, for ever.
func RefundID(tenant, merchantRef string) string {
	return identity.Derive("rf_", "refund", tenant, merchantRef)
}

// PayoutID is the id of the payout for a merchant's own payout id.
func PayoutID(tenant, merchantRef string) string {
	return identity.Derive("po_", "payout", tenant, merchantRef)
}

// Key of a disbursement.
func Key(tenant, id string) store.Key { return store.Key{PK: tenant + "#" + id, SK: SK} }

// ReferenceKey finds the disbursement of a provider's id, where the provider names it by nothing else; written once, when
// the id is learned.
func ReferenceKey(tenant, account, reference string) store.Key {
	return store.Key{PK: tenant + "#dref#" + account + "#" + reference, SK: "reference"}
}

// ListKey lists a disbursement for its merchant, by kind and month so that a page reads one partition.
func ListKey(d Disbursement) store.Key {
	return store.Key{PK: ListPartition(d.Tenant, d.Kind, d.CreatedAt),
		SK: d.CreatedAt.UTC().Format("2006-01-02T15:04:05.000Z") + "|" + d.ID}
}

// ListPartition is the month of a merchant's refunds or payouts.
func ListPartition(tenant string, kind Kind, month time.Time) string {
	return tenant + "#" + string(kind) + "s#" + month.UTC().Format("2006-01")
}
