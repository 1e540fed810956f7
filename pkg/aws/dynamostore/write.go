package dynamostore

import (
	"math"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/vuelto/vuelto/pkg/store"
)

// update is a write in the words of UpdateItem. Puts are updates too: only an update can move the ring of commit ids
// without having read it.
type update struct {
	key       store.Key
	set       []string
	remove    []string
	add       []string
	condition string
	names     map[string]string
	values    item
}

func plan(w store.Write, id string) *update {
	u := &update{key: store.KeyOf(w), values: item{":c": text(id)}}
	switch w := w.(type) {
	case store.Put:
		u.put(w.Record)
	case store.Take:
		u.take(w)
	}
	u.set = append(u.set, attrCommit(0)+" = :c")
	return u
}

func (u *update) put(r store.Record) {
	if r.Version == 0 {
		u.condition = "attribute_not_exists(" + attrPK + ")"
	} else {
		u.condition = attrVersion + " = :n"
		u.values[":n"] = number(r.Version)
		// n writes have filled the first n places, so there is no need to ask whether they exist.
		for i := int(min(r.Version, ring-1)); i > 0; i-- {
			u.set = append(u.set, attrCommit(i)+" = "+attrCommit(i-1))
		}
	}
	u.assign(attrVersion, ":v", number(r.Version+1))
	u.assign(attrBody, ":b", &types.AttributeValueMemberB{Value: append([]byte{}, r.Body...)})
	u.assign(attrFree, ":f", number(r.Free))
	u.tags(r)
	if r.Expires.IsZero() {
		u.drop(r, attrExpires)
	} else {
		u.assign(attrExpires, ":x", number(r.Expires.Unix()))
	}
	for _, index := range store.Indexes() {
		u.list(r, index)
	}
}

func (u *update) tags(r store.Record) {
	if len(r.Tags) == 0 {
		u.drop(r, attrTags)
		return
	}
	tags := slices.Compact(slices.Sorted(slices.Values(r.Tags)))
	u.assign(attrTags, ":t", &types.AttributeValueMemberSS{Value: tags})
}

func (u *update) list(r store.Record, index store.Index) {
	at := r.Index.In(index)
	ok := at != (store.Key{})
	if !ok && r.Version == 0 {
		return
	}
	pk, sk := attrIndex(index)
	pkName, skName := u.name(string(index)+"p", pk), u.name(string(index)+"s", sk)
	if !ok {
		u.drop(r, pkName, skName)
		return
	}
	u.assign(pkName, ":"+string(index)+"p", text(at.PK))
	u.assign(skName, ":"+string(index)+"s", text(at.SK))
}

// name is a placeholder: the dash in an index's attributes is an operator in expressions.
func (u *update) name(short, attribute string) string {
	if u.names == nil {
		u.names = map[string]string{}
	}
	u.names["#"+short] = attribute
	return "#" + short
}

func (u *update) assign(attribute, placeholder string, v types.AttributeValue) {
	u.set = append(u.set, attribute+" = "+placeholder)
	u.values[placeholder] = v
}

// drop leaves attributes out; a record that does not exist yet has none.
func (u *update) drop(r store.Record, attributes ...string) {
	if r.Version > 0 {
		u.remove = append(u.remove, attributes...)
	}
}

// take's condition also asks that this very commit has not been here: unlike a Put, which finds its version gone, a
// repeated Take would find enough and take twice.
func (u *update) take(t store.Take) {
	condition := []string{attrFree + " >= :least"}
	u.values[":least"] = number(t.Amount)
	if t.Amount < 0 {
		condition[0] = attrFree + " <= :most"
		delete(u.values, ":least")
		u.values[":most"] = number(math.MaxInt64 + t.Amount)
	}
	u.values[":none"] = text("")
	for i := ring - 1; i >= 0; i-- {
		c := attrCommit(i)
		condition = append(condition, "(attribute_not_exists("+c+") OR "+c+" <> :c)")
		if i > 0 {
			u.set = append(u.set, c+" = if_not_exists("+attrCommit(i-1)+", :none)")
		}
	}
	u.condition = strings.Join(condition, " AND ")
	u.set = append(u.set, attrFree+" = "+attrFree+" - :a", attrVersion+" = "+attrVersion+" + :one")
	u.values[":a"], u.values[":one"] = number(t.Amount), number(1)
	if t.Tag != "" {
		u.add = append(u.add, attrTags+" :t")
		u.values[":t"] = &types.AttributeValueMemberSS{Value: []string{t.Tag}}
	}
}

func (u *update) expression() *string {
	parts := []string{"SET " + strings.Join(u.set, ", ")}
	if u.remove != nil {
		parts = append(parts, "REMOVE "+strings.Join(u.remove, ", "))
	}
	if u.add != nil {
		parts = append(parts, "ADD "+strings.Join(u.add, ", "))
	}
	return aws.String(strings.Join(parts, " "))
}

func (u *update) single(table string) *dynamodb.UpdateItemInput {
	return &dynamodb.UpdateItemInput{
		TableName:                           aws.String(table),
		Key:                                 keyOf(u.key),
		UpdateExpression:                    u.expression(),
		ConditionExpression:                 aws.String(u.condition),
		ExpressionAttributeNames:            u.names,
		ExpressionAttributeValues:           u.values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
}

func (u *update) part(table string) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{
		TableName:                           aws.String(table),
		Key:                                 keyOf(u.key),
		UpdateExpression:                    u.expression(),
		ConditionExpression:                 aws.String(u.condition),
		ExpressionAttributeNames:            u.names,
		ExpressionAttributeValues:           u.values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}}
}
