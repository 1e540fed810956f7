package settlement

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/store"
)

// Contract is what movements of an account cost from a day on, until the next contract of their kind.
type Contract struct {
	Account string
	Kind    Kind // empty = every kind that has no contract of its own
	From    calendar.Date
	Fees    Fees
	By      string // who entered it
	At      int64  // when, in milliseconds since 1970
	Was     []PastFees
	Version int64
}

// PastFees stood in a contract before it was corrected. JSON names are stored: append only.
type PastFees struct {
	Fees Fees   `json:"f"`
	By   string `json:"by"`
	At   int64  `json:"at"`
}

// ErrContractDiffers says that the day's contract is known with other fees.
var ErrContractDiffers = errors.New("settlement: the contract is known with other fees")

// contractBody is stored: append only.
type contractBody struct {
	Fees Fees       `json:"f"`
	By   string     `json:"by"`
	At   int64      `json:"at"`
	Was  []PastFees `json:"was,omitempty"`
}

// ContractPartition holds the contracts of an account.
func ContractPartition(tenant, account string) string { return tenant + "#fees#" + account }

func (c Contract) key(tenant string) store.Key {
	return store.Key{PK: ContractPartition(tenant, c.Account), SK: c.From.String() + "|" + string(c.Kind)}
}

func encodeContract(tenant string, c Contract) store.Record {
	body, err := json.Marshal(contractBody{c.Fees, c.By, c.At, c.Was})
	if err != nil {
		panic(err) // strings and integers always encode
	}
	return store.Record{Key: c.key(tenant), Version: c.Version, Body: body}
}

func decodeContract(account string, r store.Record) (Contract, error) {
	var b contractBody
	day, kind, _ := strings.Cut(r.Key.SK, "|")
	from, err := calendar.Parse(day)
	if err == nil {
		err = store.Unmarshal(r.Body, &b)
	}
	if err != nil {
		return Contract{}, fmt.Errorf("settlement: record %s: %w", r.Key, err)
	}
	return Contract{Account: account, Kind: Kind(kind), From: from, Fees: b.Fees, By: b.By, At: b.At, Was: b.Was, Version: r.Version}, nil
}

// Contracts are those of one account, oldest first.
type Contracts []Contract

// On is what a movement of a kind costs on a day; false if no contract says.
func (list Contracts) On(kind Kind, day calendar.Date) (Fees, bool) {
	var any, own *Contract
	for i := range list {
		switch c := &list[i]; {
		case day.Before(c.From):
		case c.Kind == kind:
			own = c
		case c.Kind == "":
			any = c
		}
	}
	if own != nil {
		return own.Fees, true
	}
	if any != nil {
		return any.Fees, true
	}
	return Fees{}, false
}

// ContractBook is what a merchant's providers may charge.
type ContractBook struct{ Store store.Store }

// Of reads the contracts of an account.
func (b ContractBook) Of(ctx context.Context, tenant, account string) (Contracts, error) {
	var list Contracts
	q := store.Query{PK: ContractPartition(tenant, account), Limit: 1000}
	for {
		page, err := b.Store.Query(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Records {
			c, err := decodeContract(account, r)
			if err != nil {
				return nil, err
			}
			list = append(list, c)
		}
		if q.After = page.Next; q.After == "" {
			return list, nil
		}
	}
}

// Changes says whether Keep would write. Error: ErrContractDiffers.
func (b ContractBook) Changes(ctx context.Context, tenant string, c Contract, correct bool) (bool, error) {
	record, err := b.Store.Get(ctx, c.key(tenant))
	if errors.Is(err, store.ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	known, err := decodeContract(c.Account, record)
	if err == nil && known.Fees != c.Fees && !correct {
		err = fmt.Errorf("%w: %s from %s", ErrContractDiffers, c.Account, c.From)
	}
	return known.Fees != c.Fees, err
}

// Keep writes a contract. One that is known with the same fees is left alone; with others it is refused, unless it is a
// correction: then both are kept. Error: ErrContractDiffers.
func (b ContractBook) Keep(ctx context.Context, tenant string, c Contract, correct bool) (Contract, error) {
	for range tries {
		record, err := b.Store.Get(ctx, c.key(tenant))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return c, err
		}
		c.Version, c.Was = 0, nil
		if err == nil {
			known, err := decodeContract(c.Account, record)
			if err != nil || known.Fees == c.Fees {
				return known, err
			}
			if !correct {
				return known, fmt.Errorf("%w: %s from %s", ErrContractDiffers, c.Account, c.From)
			}
			c.Version, c.Was = known.Version, append(known.Was, PastFees{known.Fees, known.By, known.At})
		}
		err = b.Store.Commit(ctx, store.Put{Record: encodeContract(tenant, c)})
		if !store.IsConflict(err) {
			return c, err
		}
	}
	return c, store.ErrBusy
}
