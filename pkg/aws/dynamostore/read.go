package dynamostore

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/vuelto/vuelto/pkg/store"
)

// batch is how many keys one BatchGetItem may ask for.
const batch = 100

// Get implements store.Store.
func (s *Store) Get(ctx context.Context, key store.Key) (store.Record, error) {
	if err := store.CheckKey(key); err != nil {
		return store.Record{}, err
	}
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(s.table), Key: keyOf(key), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return store.Record{}, readError("get "+key.String(), err)
	}
	if len(out.Item) == 0 {
		return store.Record{}, fmt.Errorf("%w: %s", store.ErrNotFound, key)
	}
	return decode(out.Item)
}

// Query implements store.Store.
func (s *Store) Query(ctx context.Context, q store.Query) (store.Page, error) {
	in, err := s.ask(q)
	if in == nil {
		return store.Page{}, err
	}
	out, err := s.client.Query(ctx, in)
	if err != nil {
		return store.Page{}, readError("query "+q.PK, err)
	}
	var page store.Page
	if last := out.LastEvaluatedKey; len(last) > 0 {
		at := store.Position{SK: readText(last, attrSK), Key: store.Key{PK: readText(last, attrPK), SK: readText(last, attrSK)}}
		if q.Index != "" {
			entry, _ := listed(last, q.Index)
			at.SK = entry.SK
		}
		page.Next = q.Cursor(at)
	}
	if q.Index != "" && !q.KeysOnly {
		page.Records, err = s.fresh(ctx, q.Index, out.Items)
		return page, err
	}
	for _, it := range out.Items {
		r, err := decode(it)
		if err != nil {
			return store.Page{}, err
		}
		page.Records = append(page.Records, r)
	}
	return page, nil
}

// ask puts a query into DynamoDB's words; nil if its answer is empty without asking. DynamoDB wants neither bounds in
// the wrong order nor a start outside of them.
func (s *Store) ask(q store.Query) (*dynamodb.QueryInput, error) {
	if err := store.CheckQuery(q); err != nil {
		return nil, err
	}
	after, resumed, err := q.Start()
	if err != nil {
		return nil, err
	}
	if q.From != "" && q.To != "" && q.From > q.To {
		return nil, nil
	}
	side := 0
	if resumed {
		side = q.Outside(after.SK)
	}
	if q.Descending {
		side = -side
	}
	if side > 0 {
		return nil, nil
	}
	if q.Limit == 0 {
		q.Limit = store.DefaultLimit
	}
	in := &dynamodb.QueryInput{
		TableName: aws.String(s.table), Limit: aws.Int32(int32(q.Limit)), ScanIndexForward: aws.Bool(!q.Descending),
	}
	pk, sk := attrPK, attrSK
	if q.Index != "" {
		pk, sk = attrIndex(q.Index)
		in.IndexName = aws.String(string(q.Index))
	} else {
		in.ConsistentRead = aws.Bool(true)
		if q.KeysOnly {
			in.ProjectionExpression = aws.String(attrPK + ", " + attrSK)
		}
	}
	bound(in, q, pk, sk)
	if resumed && side == 0 {
		in.ExclusiveStartKey = keyOf(after.Key)
		in.ExclusiveStartKey[pk], in.ExclusiveStartKey[sk] = text(q.PK), text(after.SK)
	}
	return in, nil
}

func bound(in *dynamodb.QueryInput, q store.Query, pk, sk string) {
	condition := "#pk = :pk"
	in.ExpressionAttributeNames = map[string]string{"#pk": pk}
	in.ExpressionAttributeValues = item{":pk": text(q.PK)}
	if q.From != "" {
		in.ExpressionAttributeValues[":from"] = text(q.From)
	}
	if q.To != "" {
		in.ExpressionAttributeValues[":to"] = text(q.To)
	}
	switch {
	case q.From != "" && q.To != "":
		condition += " AND #sk BETWEEN :from AND :to"
	case q.From != "":
		condition += " AND #sk >= :from"
	case q.To != "":
		condition += " AND #sk <= :to"
	}
	if q.From != "" || q.To != "" {
		in.ExpressionAttributeNames["#sk"] = sk
	}
	in.KeyConditionExpression = aws.String(condition)
}

// fresh reads an index's entries again from the table and leaves out the records that have moved on.
func (s *Store) fresh(ctx context.Context, index store.Index, entries []item) ([]store.Record, error) {
	var keys []store.Key
	for _, entry := range entries {
		// While an item moves within an index it may be seen twice, and no key may be asked for twice.
		if key := tableKey(entry); !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	found := make(map[store.Key]store.Record, len(keys))
	for chunk := range slices.Chunk(keys, batch) {
		if err := s.read(ctx, chunk, found); err != nil {
			return nil, err
		}
	}
	var records []store.Record
	for _, entry := range entries {
		r, ok := found[tableKey(entry)]
		if at, _ := listed(entry, index); ok && r.Index.In(index) == at {
			records = append(records, r)
		}
	}
	return records, nil
}

func tableKey(it item) store.Key {
	return store.Key{PK: readText(it, attrPK), SK: readText(it, attrSK)}
}

// read reads records by key. DynamoDB may leave some for later, because of their size or to slow us down.
func (s *Store) read(ctx context.Context, keys []store.Key, found map[store.Key]store.Record) error {
	want := types.KeysAndAttributes{ConsistentRead: aws.Bool(true)}
	for _, key := range keys {
		want.Keys = append(want.Keys, keyOf(key))
	}
	for try := 1; len(want.Keys) > 0; try++ {
		out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{s.table: want},
		})
		if err != nil {
			return readError("batch get", err)
		}
		for _, it := range out.Responses[s.table] {
			r, err := decode(it)
			if err != nil {
				return err
			}
			found[r.Key] = r
		}
		left := len(want.Keys)
		want.Keys = out.UnprocessedKeys[s.table].Keys
		if len(want.Keys) == 0 || len(want.Keys) < left {
			try = 0 // progress: a page of large records takes several rounds
			continue
		}
		if try == s.options.Tries {
			return fmt.Errorf("%w: %d keys stay unread", store.ErrBusy, left)
		}
		if err := s.pause(ctx, try); err != nil {
			return err
		}
	}
	return nil
}

func readError(what string, err error) error {
	if throttled(err) {
		return fmt.Errorf("%w: %s: %v", store.ErrBusy, what, err)
	}
	return fmt.Errorf("dynamostore: %s: %w", what, err)
}
