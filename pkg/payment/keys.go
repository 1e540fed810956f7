package payment

import (
	"time"

	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/store"
)

// SK of every payment record: tells a payment from a disbursement by its key.
const SK = "payment"

// ID is the id of the payment for a merchant's order reference: the same reference is the same record, for ever.
func ID(tenant, order string) string { return identity.Derive("pay_", "payment", tenant, order) }

// Key of a payment.
func Key(tenant, id string) store.Key { return store.Key{PK: tenant + "#" + id, SK: SK} }

// ReferenceKey finds the payment of a voucher code; written once, when the provider issues it.
func ReferenceKey(tenant, account, code string) store.Key {
	return store.Key{PK: tenant + "#ref#" + account + "#" + code, SK: "reference"}
}

// TransactionKey finds the payment of a provider's transaction id; written once, with the receipt.
func TransactionKey(tenant, account, transaction string) store.Key {
	return store.Key{PK: tenant + "#txn#" + account + "#" + transaction, SK: "transaction"}
}

// ListKey lists a payment for its merchant, by month so that a page reads one partition.
func ListKey(tenant, id string, created time.Time) store.Key {
	return store.Key{PK: ListPartition(tenant, created), SK: created.UTC().Format("2006-01-02T15:04:05.000Z") + "|" + id}
}

// ListPartition is the month of a merchant's payments.
func ListPartition(tenant string, month time.Time) string {
	return tenant + "#payments#" + month.UTC().Format("2006-01")
}
