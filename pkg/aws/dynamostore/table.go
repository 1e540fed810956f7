package dynamostore

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/vuelto/vuelto/pkg/store"
)

// Attributes of an item. Names are short because every item pays for them by the byte.
const (
	attrPK      = "pk"
	attrSK      = "sk"
	attrVersion = "v" // number
	attrBody    = "b" // binary
	attrFree    = "f" // number
	attrTags    = "t" // string set, absent if empty
	attrExpires = "x" // number, Unix seconds: the table's TTL attribute; absent = never
)

// ring is how many commit ids an item remembers: c0 is the last writer's, c1 the one before.
const ring = 8

func attrCommit(i int) string { return "c" + strconv.Itoa(i) }

// attrIndex are the two attributes that list an item in an index.
func attrIndex(index store.Index) (pk, sk string) {
	return string(index) + "-pk", string(index) + "-sk"
}

// Table describes the table to create: on-demand, one KEYS_ONLY index for each store.Index. The TTL attribute is x.
func Table(name string) *dynamodb.CreateTableInput {
	text := func(name string) types.AttributeDefinition {
		return types.AttributeDefinition{AttributeName: aws.String(name), AttributeType: types.ScalarAttributeTypeS}
	}
	keys := func(pk, sk string) []types.KeySchemaElement {
		return []types.KeySchemaElement{
			{AttributeName: aws.String(pk), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String(sk), KeyType: types.KeyTypeRange},
		}
	}
	table := &dynamodb.CreateTableInput{
		TableName:            aws.String(name),
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{text(attrPK), text(attrSK)},
		KeySchema:            keys(attrPK, attrSK),
	}
	for _, index := range store.Indexes() {
		pk, sk := attrIndex(index)
		table.AttributeDefinitions = append(table.AttributeDefinitions, text(pk), text(sk))
		table.GlobalSecondaryIndexes = append(table.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName:  aws.String(string(index)),
			KeySchema:  keys(pk, sk),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
		})
	}
	return table
}
