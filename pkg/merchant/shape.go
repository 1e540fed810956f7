package merchant

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/vuelto/vuelto/pkg/store"
)

// Shape is a table as the program that imports it wants it: which columns under which titles, in which spelling. What an
// accounting or shop program takes differs by its version: shapes are configuration, and those that every merchant has are
// examples to start from.
type Shape struct {
	Name      string   `json:"name"`
	Separator string   `json:"separator"` // comma, semicolon or tab
	Decimal   string   `json:"decimal"`   // dot or comma
	Dates     string   `json:"dates"`     // YYYY-MM-DD, YYYY/MM/DD or DD/MM/YYYY; the time of day follows where there is one
	Columns   []Column `json:"columns"`
}

// Column is one column: a field of what is exported, or the same text in every row.
type Column struct {
	Title string `json:"title"`
	Field string `json:"field"`
	Text  string `json:"text,omitempty"`
}

// Bounds of what a merchant may define.
const (
	MaxShapes  = 20
	MaxColumns = 40
)

// Fields are what a column can show.
func Fields() []string {
	return []string{"kind", "id", "order_reference", "payment", "merchant_reference", "store", "network", "provider", "account", "amount",
		"currency", "fee", "net", "status", "reason", "created_at", "paid_at", "settled_on"}
}

// Examples are the shapes that every merchant has.
func Examples() []Shape {
	column := func(title, field string) Column { return Column{Title: title, Field: field} }
	plain := Shape{Name: "plain", Separator: "comma", Decimal: "dot", Dates: "YYYY-MM-DD"}
	for _, f := range Fields() {
		plain.Columns = append(plain.Columns, column(f, f))
	}
	return []Shape{plain,
		{Name: "dianxiaomi", Separator: "comma", Decimal: "dot", Dates: "YYYY-MM-DD", Columns: []Column{column("订单号", "order_reference"),
			column("退款单号", "id"), column("店铺", "store"), column("退款金额", "amount"), column("币种", "currency"), column("退款原因", "reason"),
			column("状态", "status"), column("申请时间", "created_at"), column("退款时间", "paid_at")}},
		{Name: "mabang", Separator: "comma", Decimal: "dot", Dates: "YYYY/MM/DD", Columns: []Column{{Title: "平台", Text: "Vuelto"},
			column("平台订单编号", "order_reference"), column("交易编号", "id"), column("店铺名称", "store"), column("货币", "currency"), column("金额", "amount"),
			column("手续费", "fee"), column("实收", "net"), column("结算日期", "settled_on")}},
	}
}

// Faults says what keeps a shape from being used: a place in it, and why.
func (s Shape) Faults() (faults [][2]string) {
	fault := func(wrong bool, place, why string) {
		if wrong {
			faults = append(faults, [2]string{place, why})
		}
	}
	fault(!slices.Contains([]string{"comma", "semicolon", "tab"}, s.Separator), "/separator", "must be comma, semicolon or tab")
	fault(!slices.Contains([]string{"dot", "comma"}, s.Decimal), "/decimal", "must be dot or comma")
	fault(!slices.Contains([]string{"YYYY-MM-DD", "YYYY/MM/DD", "DD/MM/YYYY"}, s.Dates), "/dates", "must be YYYY-MM-DD, YYYY/MM/DD or DD/MM/YYYY")
	fault(len(s.Columns) == 0 || len(s.Columns) > MaxColumns, "/columns", fmt.Sprintf("must be 1 to %d", MaxColumns))
	for i, c := range s.Columns {
		known := slices.Contains(Fields(), c.Field)
		fault(known == (c.Text != "") || (c.Field != "" && !known), fmt.Sprintf("/columns/%d/field", i), "must be one of "+strings.Join(Fields(), ", ")+", or a text instead of a field")
	}
	return faults
}

// ShapesKey of a merchant's own shapes.
func ShapesKey(tenant string) store.Key { return store.Key{PK: tenant + "#shapes", SK: "shapes"} }

// Shapes are a merchant's own.
type Shapes struct {
	List    []Shape `json:"l"`
	Version int64   `json:"-"`
}

// EncodeShapes makes the record to put.
func EncodeShapes(tenant string, s Shapes) store.Record {
	body, err := json.Marshal(s)
	if err != nil {
		panic(err) // texts always encode
	}
	return store.Record{Key: ShapesKey(tenant), Version: s.Version, Body: body}
}

// DecodeShapes reads a record that EncodeShapes wrote.
func DecodeShapes(r store.Record) (Shapes, error) {
	var s Shapes
	if err := store.Unmarshal(r.Body, &s); err != nil {
		return Shapes{}, fmt.Errorf("merchant: record %s: %w", r.Key, err)
	}
	s.Version = r.Version
	return s, nil
}

// Find is the shape of a name, the merchant's own before an example.
func (s Shapes) Find(name string) (Shape, bool) {
	for _, shape := range append(slices.Clone(s.List), Examples()...) {
		if shape.Name == name {
			return shape, true
		}
	}
	return Shape{}, false
}
