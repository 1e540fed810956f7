package dynamostore

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/vuelto/vuelto/pkg/store"
)

type item = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func keyOf(k store.Key) item { return item{attrPK: text(k.PK), attrSK: text(k.SK)} }

func readText(it item, name string) string {
	if v, ok := it[name].(*types.AttributeValueMemberS); ok {
		return v.Value
	}
	return ""
}

func readNumber(it item, name string) (int64, error) {
	v, ok := it[name].(*types.AttributeValueMemberN)
	if !ok {
		return 0, nil
	}
	n, err := strconv.ParseInt(v.Value, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("dynamostore: attribute %s of %s/%s: %w", name, readText(it, attrPK), readText(it, attrSK), err)
	}
	return n, nil
}

// decode reads a whole item.
func decode(it item) (store.Record, error) {
	r := store.Record{Key: store.Key{PK: readText(it, attrPK), SK: readText(it, attrSK)}}
	var err error
	if r.Version, err = readNumber(it, attrVersion); err != nil {
		return store.Record{}, err
	}
	if r.Free, err = readNumber(it, attrFree); err != nil {
		return store.Record{}, err
	}
	expires, err := readNumber(it, attrExpires)
	if err != nil {
		return store.Record{}, err
	}
	if expires != 0 {
		r.Expires = time.Unix(expires, 0).UTC()
	}
	if b, ok := it[attrBody].(*types.AttributeValueMemberB); ok {
		r.Body = b.Value
	}
	if t, ok := it[attrTags].(*types.AttributeValueMemberSS); ok {
		r.Tags = slices.Sorted(slices.Values(t.Value))
	}
	for _, index := range store.Indexes() {
		if at, ok := listed(it, index); ok {
			r.Index = r.Index.With(index, at)
		}
	}
	return r, nil
}

// listed is where an item, or an index's entry, is listed.
func listed(it item, index store.Index) (store.Key, bool) {
	pk, sk := attrIndex(index)
	at := store.Key{PK: readText(it, pk), SK: readText(it, sk)}
	return at, at.PK != ""
}

// wroteIt says whether the commit of this id is among the item's last writers.
func wroteIt(it item, id string) bool {
	for i := range ring {
		if readText(it, attrCommit(i)) == id {
			return true
		}
	}
	return false
}

// Decode reads a whole item of the table, such as its stream brings. No item is a record of version 0.
func Decode(it map[string]types.AttributeValue) (store.Record, error) {
	if len(it) == 0 {
		return store.Record{}, nil
	}
	return decode(it)
}
