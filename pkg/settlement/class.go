package settlement

// Class of a break.
type Class string

// The classes in order of precedence: the first that holds is a break's class, the others are its Also.
const (
	Unreadable       Class = "UNREADABLE" // also a row that is dated farther than Far from the settlement day
	DuplicateRow     Class = "DUPLICATE_ROW"
	Reversed         Class = "REVERSED"
	ReferenceSwapped Class = "REFERENCE_SWAPPED"
	CurrencyMismatch Class = "CURRENCY_MISMATCH"
	StatusMismatch   Class = "STATUS_MISMATCH"
	Exponent         Class = "EXPONENT"
	Split            Class = "SPLIT"
	DuplicatePayment Class = "DUPLICATE_PAYMENT"
	Rounding         Class = "ROUNDING"
	AmountOver       Class = "AMOUNT_OVER"
	AmountUnder      Class = "AMOUNT_UNDER"
	NetMismatch      Class = "NET_MISMATCH"
	FXDifference     Class = "FX_DIFFERENCE"
	FeeDifference    Class = "FEE_DIFFERENCE"
	TaxDifference    Class = "TAX_DIFFERENCE"
	IDMismatch       Class = "ID_MISMATCH"
	DateShift        Class = "DATE_SHIFT"
	LateSettlement   Class = "LATE_SETTLEMENT"
	MissingAtNetwork Class = "MISSING_AT_NETWORK"
	MissingInBooks   Class = "MISSING_IN_BOOKS"
)

// Classes lists every class in order of precedence.
func Classes() []Class {
	return []Class{Unreadable, DuplicateRow, Reversed, ReferenceSwapped, CurrencyMismatch, StatusMismatch, Exponent, Split,
		DuplicatePayment, Rounding, AmountOver, AmountUnder, NetMismatch, FXDifference, FeeDifference, TaxDifference,
		IDMismatch, DateShift, LateSettlement, MissingAtNetwork, MissingInBooks}
}
