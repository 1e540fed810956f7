package settlement

// Fees is what an account's contract says a movement costs: parts per ten thousand of its size plus a fixed sum, at least a
// minimum, the tax on that cost, and what is withheld of the movement's size for a tax office, which files show as tax. Zero means
// nothing is known and nothing is compared.
type Fees struct {
	PerTenThousand int64
	Fixed          int64 // minor units
	TaxPerHundred  int64
	Unit           int64 // smallest charged step in minor units: 1 for PEN, 100 for whole pesos; 0 = 1

	Minimum                int64 `json:",omitempty"` // minor units
	WithheldPerTenThousand int64 `json:",omitempty"`
}

// Of is the expected fee and tax of a movement of so many minor units (either sign), rounded half up to the unit.
func (f Fees) Of(minor int64) (fee, tax int64) {
	if minor < 0 {
		minor = -minor
	}
	fee = max(f.round(minor*f.PerTenThousand, 10_000)+f.Fixed, f.Minimum)
	return fee, f.round(fee*f.TaxPerHundred, 100) + f.round(minor*f.WithheldPerTenThousand, 10_000)
}

func (f Fees) round(product, divisor int64) int64 {
	unit := max(f.Unit, 1)
	divisor *= unit
	return (product + divisor/2) / divisor * unit
}
