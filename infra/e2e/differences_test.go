//go:build e2e

package e2e_test

import (
	"context"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/vuelto/vuelto/pkg/aws/awsenv"
	"github.com/vuelto/vuelto/pkg/aws/dynamostore"
)

// probe is one thing that DynamoDB does.
type probe struct {
	name  string
	check func(probed) bool
}

type probed struct {
	*dynamodb.Client
	ctx context.Context
}

type item = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// TestDifferences holds README.md's list of differences to the facts: a new version of an emulator that changes one
// fails here.
func TestDifferences(t *testing.T) {
	differs := map[string][]string{
		"ministack": nil,
		"moto": {
			"does a transaction of one token once", "refuses bounds in the wrong order",
			"refuses a start outside of the bounds", "refuses an empty key",
		},
	}
	for _, e := range emulators() {
		t.Run(e.name, func(t *testing.T) {
			client := dynamodb.NewFromConfig(start(t, e).Config(awsenv.DynamoDB))
			if _, err := client.CreateTable(context.Background(), dynamostore.Table(table)); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range probes {
				if !p.check(probed{client, context.Background()}) {
					got = append(got, p.name)
				}
			}
			if !slices.Equal(got, differs[e.name]) {
				t.Errorf("differs from DynamoDB in %q; README.md says %q", got, differs[e.name])
			}
		})
	}
}

func (p probed) update(sk, update, condition string, values item) error {
	in := &dynamodb.UpdateItemInput{
		TableName: aws.String(table), Key: item{"pk": text("probe"), "sk": text(sk)}, UpdateExpression: aws.String(update),
		ExpressionAttributeValues: values,
	}
	if condition != "" {
		in.ConditionExpression = aws.String(condition)
	}
	_, err := p.UpdateItem(p.ctx, in)
	return err
}

func (p probed) get(sk string) item {
	out, err := p.GetItem(p.ctx, &dynamodb.GetItemInput{
		TableName: aws.String(table), Key: item{"pk": text("probe"), "sk": text(sk)}, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil
	}
	return out.Item
}

func (p probed) is(sk, name, want string) bool {
	v, ok := p.get(sk)[name].(*types.AttributeValueMemberS)
	return ok && v.Value == want
}

func (p probed) query(condition string, values item, start item) error {
	_, err := p.Query(p.ctx, &dynamodb.QueryInput{
		TableName: aws.String(table), KeyConditionExpression: aws.String(condition), ExpressionAttributeValues: values,
		ExclusiveStartKey: start,
	})
	return err
}

func (p probed) transact(token string, sk string) error {
	_, err := p.TransactWriteItems(p.ctx, &dynamodb.TransactWriteItemsInput{
		ClientRequestToken: aws.String(token),
		TransactItems: []types.TransactWriteItem{{Update: &types.Update{
			TableName: aws.String(table), Key: item{"pk": text("probe"), "sk": text(sk)},
			UpdateExpression: aws.String("SET n = if_not_exists(n, :zero) + :one"),
			ExpressionAttributeValues: item{
				":zero": &types.AttributeValueMemberN{Value: "0"}, ":one": &types.AttributeValueMemberN{Value: "1"},
			},
		}}},
	})
	return err
}

var probes = []probe{
	{"sees the item as it was in every part of an update", func(p probed) bool {
		return p.update("swap", "SET a = :x, d = :y", "", item{":x": text("x"), ":y": text("y")}) == nil &&
			p.update("swap", "SET a = d, d = a", "", nil) == nil && p.is("swap", "a", "y") && p.is("swap", "d", "x")
	}},
	{"finds an absent attribute unequal", func(p probed) bool {
		return p.update("absent", "SET a = :x", "zz <> :x", item{":x": text("x")}) == nil
	}},
	{"does a transaction of one token once", func(p probed) bool {
		for range 2 {
			if p.transact("token-1", "token") != nil {
				return false
			}
		}
		n, ok := p.get("token")["n"].(*types.AttributeValueMemberN)
		return ok && n.Value == "1"
	}},
	{"refuses an unused placeholder", func(p probed) bool {
		return p.update("unused", "SET a = :x", "", item{":x": text("x"), ":y": text("y")}) != nil
	}},
	{"refuses bounds in the wrong order", func(p probed) bool {
		return p.query("pk = :p AND sk BETWEEN :b AND :a", item{":p": text("p"), ":a": text("a"), ":b": text("b")}, nil) != nil
	}},
	{"refuses a start outside of the bounds", func(p probed) bool {
		return p.query("pk = :p AND sk <= :b", item{":p": text("p"), ":b": text("b")}, item{"pk": text("p"), "sk": text("z")}) != nil
	}},
	{"refuses a key asked for twice", func(p probed) bool {
		key := item{"pk": text("p"), "sk": text("s")}
		_, err := p.BatchGetItem(p.ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
			table: {Keys: []item{key, key}},
		}})
		return err != nil
	}},
	{"refuses an empty key", func(p probed) bool { return p.update("", "SET a = :x", "", item{":x": text("x")}) != nil }},
	{"refuses an item above 400 KB", func(p probed) bool {
		return p.update("large", "SET a = :x", "", item{":x": text(string(make([]byte, 401<<10)))}) != nil
	}},
}
