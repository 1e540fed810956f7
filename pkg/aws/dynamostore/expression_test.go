package dynamostore_test

import (
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// This is as much of DynamoDB's expression language as dynamostore speaks, read strictly: an unknown or unused
// placeholder is an error, as it is there.

type item = map[string]types.AttributeValue

var tokens = regexp.MustCompile(`[#:]?[A-Za-z0-9_-]+|<>|<=|>=|[=(),+-]`)

// phrase is one expression being read.
type phrase struct {
	rest   []string
	names  map[string]string
	values item
	used   map[string]bool
}

func read(expression string, names map[string]string, values item, used map[string]bool) *phrase {
	spaced := strings.ReplaceAll(expression, " - ", " minus ")
	return &phrase{tokens.FindAllString(spaced, -1), names, values, used}
}

func (p *phrase) peek() string {
	if len(p.rest) == 0 {
		return ""
	}
	return p.rest[0]
}

func (p *phrase) next() string {
	t := p.peek()
	p.rest = p.rest[min(1, len(p.rest)):]
	return t
}

func (p *phrase) accept(t string) bool {
	if p.peek() != t {
		return false
	}
	p.next()
	return true
}

func (p *phrase) want(t string) {
	if got := p.next(); got != t {
		panic(fmt.Sprintf("expression has %q for %q before %v", got, t, p.rest))
	}
}

func (p *phrase) path() string {
	t := p.next()
	if !strings.HasPrefix(t, "#") {
		if strings.Contains(t, "-") {
			panic("a dash in a bare name: " + t)
		}
		return t
	}
	name, ok := p.names[t]
	if !ok {
		panic("no name for " + t)
	}
	p.used[t] = true
	return name
}

func (p *phrase) operand(it item) types.AttributeValue {
	if t := p.peek(); strings.HasPrefix(t, ":") {
		v, ok := p.values[p.next()]
		if !ok {
			panic("no value for " + t)
		}
		p.used[t] = true
		return v
	}
	return it[p.path()]
}

func (p *phrase) or(it item) bool {
	holds := p.and(it)
	for p.accept("OR") {
		holds = p.and(it) || holds
	}
	return holds
}

func (p *phrase) and(it item) bool {
	holds := p.term(it)
	for p.accept("AND") {
		holds = p.term(it) && holds
	}
	return holds
}

func (p *phrase) term(it item) bool {
	if p.accept("(") {
		holds := p.or(it)
		p.want(")")
		return holds
	}
	if p.accept("attribute_not_exists") {
		p.want("(")
		_, exists := it[p.path()]
		p.want(")")
		return !exists
	}
	left, op, right := p.operand(it), p.next(), p.operand(it)
	if left == nil || right == nil {
		return false // the stricter reading: a comparison with what is not there holds for no operator
	}
	c := compare(left, right)
	switch op {
	case "=":
		return c == 0
	case "<>":
		return c != 0
	case "<=":
		return c <= 0
	case ">=":
		return c >= 0
	}
	panic("operator " + op)
}

func compare(a, b types.AttributeValue) int {
	if x, ok := a.(*types.AttributeValueMemberS); ok {
		return strings.Compare(x.Value, b.(*types.AttributeValueMemberS).Value)
	}
	return integer(a).Cmp(integer(b))
}

func integer(v types.AttributeValue) *big.Int {
	n, ok := new(big.Int).SetString(v.(*types.AttributeValueMemberN).Value, 10)
	if !ok {
		panic("no number")
	}
	return n
}

// update is the item after the expression, every part of which sees the item as it was.
func (p *phrase) update(was item) item {
	is := maps.Clone(was)
	for clause := p.next(); clause != ""; clause = p.next() {
		for more := true; more; more = p.accept(",") {
			path := p.path()
			switch clause {
			case "SET":
				p.want("=")
				is[path] = p.sum(was)
			case "REMOVE":
				delete(is, path)
			case "ADD":
				added := p.operand(was).(*types.AttributeValueMemberSS).Value
				if held, ok := was[path].(*types.AttributeValueMemberSS); ok {
					added = append(slices.Clone(held.Value), added...)
				}
				slices.Sort(added)
				is[path] = &types.AttributeValueMemberSS{Value: slices.Compact(added)}
			default:
				panic("clause " + clause)
			}
		}
	}
	return is
}

func (p *phrase) sum(was item) types.AttributeValue {
	if p.accept("if_not_exists") {
		p.want("(")
		v := was[p.path()]
		p.want(",")
		fallback := p.operand(was)
		p.want(")")
		if v == nil {
			return fallback
		}
		return v
	}
	v := p.operand(was)
	if v == nil {
		panic("SET from an attribute that is not there")
	}
	switch {
	case p.accept("+"):
		return &types.AttributeValueMemberN{Value: new(big.Int).Add(integer(v), integer(p.operand(was))).String()}
	case p.accept("minus"):
		return &types.AttributeValueMemberN{Value: new(big.Int).Sub(integer(v), integer(p.operand(was))).String()}
	}
	return v
}

// unused names a placeholder that no expression used.
func unused(names map[string]string, values item, used map[string]bool) {
	for name := range names {
		if !used[name] {
			panic("unused name " + name)
		}
	}
	for value := range values {
		if !used[value] {
			panic("unused value " + value)
		}
	}
	if names != nil && len(names) == 0 {
		panic("names given but none")
	}
}
