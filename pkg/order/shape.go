package order

import "slices"

// shape is a program's export: which column says what, and what its words for a status mean. All data, no code.
type shape struct {
	name    string
	columns map[string][]string // of a field, by preference; in lower case
	states  map[string]State    // by the file's word in lower case, "wc-" left out
	layouts []string            // of dates, in Go's spelling
	zoned   bool                // dates carry their offset
	items   bool                // an order goes on in lines that have no status, or the same again
}

// Shapes names the exports that are read.
func Shapes() []string { return []string{"csv", "shopify", "woocommerce", "magento"} }

// The columns of the exports:
//
// shopify: Admin > Orders > Export; header and formats as public programs that read it have them (jadwro/allegro_csv_parser,
// laplace-live/shopify-csv-converter), statuses by shopify.dev, OrderFinancialStatus. An order's first line has its sums, the
// following ones further items.
//
// woocommerce: woocommerce.com/document/import-and-export-of-woocommerce-orders, "Mapping of WooCommerce Orders"; date and
// refunded_total are how Customer/Order/Coupon Export spells them. WooCommerce itself exports no order's currency and refunds. The names with blanks are the
// labels of Advanced Order Export For WooCommerce (woo-order-export-lite, get_order_fields_cart, _totals and _coupons), which writes a line for each product
// with the order's columns again, and names statuses as the shop shows them.
//
// magento: the grid of Sales > Orders with all its columns, magento/magento2 sales_order_grid.xml. It has no currency and no
// discount: the currency is asked for beside the file. Dates are as Magento\Ui\Model\Export\MetadataProvider writes them, "M j, Y H:i:s A": an hour of
// twenty-four with AM or PM behind it, which an hour of twelve is read by as well. And the discount is what Subtotal and Shipping and Handling exceed the total by.
func shapes() []shape {
	return []shape{
		{name: "csv", columns: map[string][]string{"name": {"order_reference"}, "also": {"id"}, "placed": {"date"}, "status": {"status"},
			"currency": {"currency"}, "total": {"total"}, "discount": {"discount"}, "coupon": {"coupon"}, "due": {"outstanding"},
			"back": {"refunded"}, "method": {"method"}}, states: own(), layouts: []string{"2006-01-02", "2006-01-02 15:04:05"}},
		{name: "shopify", zoned: true, items: true, columns: map[string][]string{"name": {"name"}, "also": {"id"}, "placed": {"created at"}, "status": {"financial status"},
			"currency": {"currency"}, "total": {"total"}, "discount": {"discount amount"}, "coupon": {"discount code"}, "due": {"outstanding balance"},
			"back": {"refunded amount"}, "method": {"payment method"}},
			states: map[string]State{"pending": Unpaid, "authorized": Unpaid, "expired": Void, "paid": Paid, "partially_paid": PartlyPaid,
				"refunded": Refunded, "partially_refunded": PartlyRefunded, "voided": Void}, layouts: []string{"2006-01-02 15:04:05 -0700"}},
		{name: "woocommerce", items: true, columns: map[string][]string{"name": {"order_number", "order number"}, "also": {"order_id", "order id"},
			"placed": {"order_date", "date", "order date"}, "status": {"status", "order_status", "order status"},
			"currency": {"order_currency", "currency"}, "total": {"order_total", "order total amount"}, "discount": {"discount_total", "cart discount amount"},
			"coupon": {"coupon_items", "coupons", "coupon code"}, "back": {"refunded_total", "order refund amount"},
			"method": {"payment_method_title", "payment_method", "payment method title", "payment method"}},
			states: map[string]State{"pending": Unpaid, "pending payment": Unpaid, "checkout-draft": Unpaid, "draft": Unpaid, "on-hold": Unclear, "on hold": Unclear,
				"processing": Paid, "completed": Paid, "refunded": Refunded, "cancelled": Void, "failed": Void, "trash": Void},
			layouts: []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", "1/2/2006 15:04:05", "1/2/2006 15:04"}},
		{name: "magento", columns: map[string][]string{"name": {"id"}, "placed": {"purchase date"}, "status": {"status"},
			"total": {"grand total (purchased)"}, "subtotal": {"subtotal"}, "shipping": {"shipping and handling"}, "back": {"total refunded"}, "method": {"payment method"}},
			states: map[string]State{"pending": Unpaid, "pending payment": Unpaid, "payment review": Unclear, "suspected fraud": Unclear, "on hold": Unclear,
				"processing": Paid, "complete": Paid, "closed": Refunded, "canceled": Void},
			layouts: []string{"Jan 2, 2006 15:04:05 PM", "Jan 2, 2006, 15:04:05 PM", "Jan 2, 2006, 15:04:05", "2006-01-02 15:04:05"}},
	}
}

func own() map[string]State {
	words := map[string]State{}
	for _, s := range States() {
		words[string(s)] = s
	}
	return words
}

func shapeOf(name string) (shape, bool) {
	all := shapes()
	i := slices.IndexFunc(all, func(s shape) bool { return s.name == name })
	if i < 0 {
		return shape{}, false
	}
	return all[i], true
}
