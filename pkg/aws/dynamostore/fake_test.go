package dynamostore_test

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// fake is one table in memory behind the client's methods. The contract is checked against independent emulators too;
// this one needs nothing but Go, and can be made to misbehave.
type fake struct {
	mu    sync.Mutex
	items map[string]item
	// unread is how many of the keys asked for a BatchGetItem leaves for later.
	unread func(asked int) int
	// stale are index entries that a query shows beside the true ones.
	stale   []item
	reads   int         // BatchGetItem calls
	retryer aws.Retryer // of the last write
}

func newFake() *fake { return &fake{items: map[string]item{}, unread: func(int) int { return 0 }} }

func textOf(it item, name string) string {
	if v, ok := it[name].(*types.AttributeValueMemberS); ok {
		return v.Value
	}
	return ""
}

// wire is an item as it would come back over the network: sharing nothing.
func wire(it item) item {
	it = maps.Clone(it)
	if b, ok := it["b"].(*types.AttributeValueMemberB); ok {
		it["b"] = &types.AttributeValueMemberB{Value: slices.Clone(b.Value)}
	}
	return it
}

func retryer(functions []func(*dynamodb.Options)) aws.Retryer {
	var o dynamodb.Options
	for _, f := range functions {
		f(&o)
	}
	return o.Retryer
}

func id(it item) string { return textOf(it, "pk") + "\x00" + textOf(it, "sk") }

// write tries an update and gives the item before and after; holds is whether its condition did.
func (f *fake) write(u types.Update) (was, is item, holds bool) {
	used := map[string]bool{}
	was = f.items[id(u.Key)]
	condition := read(*u.ConditionExpression, u.ExpressionAttributeNames, u.ExpressionAttributeValues, used)
	holds = condition.or(was)
	if condition.peek() != "" {
		panic("condition goes on with " + condition.peek())
	}
	is = maps.Clone(was)
	if is == nil {
		is = maps.Clone(u.Key)
	}
	if holds {
		is = read(*u.UpdateExpression, u.ExpressionAttributeNames, u.ExpressionAttributeValues, used).update(is)
		unused(u.ExpressionAttributeNames, u.ExpressionAttributeValues, used)
	}
	return was, is, holds
}

func (f *fake) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.retryer = retryer(o)
	was, is, holds := f.write(types.Update{
		Key: in.Key, ConditionExpression: in.ConditionExpression, UpdateExpression: in.UpdateExpression,
		ExpressionAttributeNames: in.ExpressionAttributeNames, ExpressionAttributeValues: in.ExpressionAttributeValues,
	})
	if !holds {
		return nil, &types.ConditionalCheckFailedException{Item: maps.Clone(was)}
	}
	f.items[id(in.Key)] = is
	return &dynamodb.UpdateItemOutput{}, nil
}

func (f *fake) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.retryer = retryer(o)
	reasons, after, failed := make([]types.CancellationReason, len(in.TransactItems)), []item{}, false
	for i, w := range in.TransactItems {
		was, is, holds := f.write(*w.Update)
		reasons[i].Code = aws.String("None")
		if !holds {
			reasons[i] = types.CancellationReason{Code: aws.String("ConditionalCheckFailed"), Item: maps.Clone(was)}
			failed = true
		}
		after = append(after, is)
	}
	if failed {
		return nil, &types.TransactionCanceledException{CancellationReasons: reasons}
	}
	for _, is := range after {
		f.items[id(is)] = is
	}
	return &dynamodb.TransactWriteItemsOutput{}, nil
}

func (f *fake) GetItem(ctx context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !aws.ToBool(in.ConsistentRead) {
		panic("a read that may be stale")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return &dynamodb.GetItemOutput{Item: wire(f.items[id(in.Key)])}, nil
}

func (f *fake) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reads++
	out := &dynamodb.BatchGetItemOutput{Responses: map[string][]item{}, UnprocessedKeys: map[string]types.KeysAndAttributes{}}
	for table, asked := range in.RequestItems {
		if !aws.ToBool(asked.ConsistentRead) || len(asked.Keys) > 100 {
			panic("a batch that may be stale or is too large")
		}
		seen := map[string]bool{}
		later := f.unread(len(asked.Keys))
		for i, key := range asked.Keys {
			if seen[id(key)] {
				panic("a key asked for twice")
			}
			seen[id(key)] = true
			if i < later {
				left := out.UnprocessedKeys[table]
				left.ConsistentRead = asked.ConsistentRead
				left.Keys = append(left.Keys, key)
				out.UnprocessedKeys[table] = left
			} else if it, ok := f.items[id(key)]; ok {
				out.Responses[table] = append(out.Responses[table], wire(it))
			}
		}
		slices.Reverse(out.Responses[table]) // in no promised order
	}
	return out, nil
}

func (f *fake) Query(ctx context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	sk := "sk"
	items := slices.Collect(maps.Values(f.items))
	if in.IndexName != nil {
		sk = *in.IndexName + "-sk"
		items = append(items, f.stale...)
	} else if !aws.ToBool(in.ConsistentRead) {
		panic("a query that may be stale")
	}
	used := map[string]bool{}
	items = slices.DeleteFunc(items, func(it item) bool { return it[sk] == nil || !inRange(in, it, used) })
	unused(in.ExpressionAttributeNames, in.ExpressionAttributeValues, merge(used, in))
	order := func(a, b item) int {
		return cmp.Or(strings.Compare(textOf(a, sk), textOf(b, sk)), strings.Compare(id(a), id(b)))
	}
	slices.SortFunc(items, order)
	if !aws.ToBool(in.ScanIndexForward) {
		slices.Reverse(items)
	}
	if start := in.ExclusiveStartKey; start != nil {
		if !inRange(in, start, map[string]bool{}) {
			panic("a start outside of the query's bounds")
		}
		items = slices.DeleteFunc(items, func(it item) bool {
			return order(it, start) == 0 || order(it, start) < 0 == aws.ToBool(in.ScanIndexForward)
		})
	}
	out := &dynamodb.QueryOutput{Items: items}
	if limit := int(*in.Limit); len(items) >= limit {
		// DynamoDB says where it stopped even if nothing follows.
		out.Items, out.LastEvaluatedKey = items[:limit], keysOnly(items[limit-1], in.IndexName)
	}
	for i, it := range out.Items {
		out.Items[i] = wire(it)
		if in.IndexName != nil || in.ProjectionExpression != nil {
			out.Items[i] = keysOnly(it, in.IndexName)
		}
	}
	return out, nil
}

// merge marks the placeholders that an empty table left untouched.
func merge(used map[string]bool, in *dynamodb.QueryInput) map[string]bool {
	for _, name := range tokens.FindAllString(*in.KeyConditionExpression, -1) {
		used[name] = true
	}
	return used
}

func inRange(in *dynamodb.QueryInput, it item, used map[string]bool) bool {
	condition, lower, between := strings.Cut(*in.KeyConditionExpression, " BETWEEN ")
	if between {
		condition += " >= " + strings.Replace(lower, " AND ", " AND #sk <= ", 1)
		if compare(in.ExpressionAttributeValues[":from"], in.ExpressionAttributeValues[":to"]) > 0 {
			panic("bounds in the wrong order")
		}
	}
	return read(condition, in.ExpressionAttributeNames, in.ExpressionAttributeValues, used).or(it)
}

func keysOnly(it item, index *string) item {
	names := []string{"pk", "sk"}
	if index != nil {
		names = append(names, *index+"-pk", *index+"-sk")
	}
	out := item{}
	for _, name := range names {
		out[name] = it[name]
	}
	return out
}
