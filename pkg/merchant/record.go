package merchant

import (
	"encoding/json"
	"fmt"

	"github.com/vuelto/vuelto/pkg/store"
)

// Key of a merchant's own record.
func Key(id string) store.Key { return store.Key{PK: id + "#merchant", SK: "merchant"} }

// APIKeyKey finds the tenant of a request: one of the two keys that cannot start with it.
func APIKeyKey(hash string) store.Key { return store.Key{PK: "apikey#" + hash, SK: "apikey"} }

// Encode makes the record of a merchant; version is the one it replaces.
func Encode(m Merchant, version int64) store.Record { return record(Key(m.ID), m, version) }

// EncodeKey makes the record of an API key; version is the one it replaces.
func EncodeKey(k APIKey, version int64) store.Record { return record(APIKeyKey(k.Hash), k, version) }

// Decode reads a merchant.
func Decode(r store.Record) (Merchant, error) { return decode[Merchant](r) }

// DecodeKey reads an API key.
func DecodeKey(r store.Record) (APIKey, error) {
	k, err := decode[APIKey](r)
	k.Version = r.Version
	return k, err
}

func record(key store.Key, v any, version int64) store.Record {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and integers always encode
	}
	return store.Record{Key: key, Version: version, Body: body}
}

func decode[T any](r store.Record) (T, error) {
	var v T
	if err := store.Unmarshal(r.Body, &v); err != nil {
		return v, fmt.Errorf("merchant: record %s: %w", r.Key, err)
	}
	return v, nil
}
