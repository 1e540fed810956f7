package settlement

// Pair is a row beside the entry it names, as the numbers that the rules look at. Whoever holds neither a Row nor an Entry
// can fill it from what he holds. Amounts are signed minor units; days count from any one day.
type Pair struct {
	Expected, Actual               int64
	Fee, Tax, Net                  int64 // of the row
	ExpectedFee, ExpectedTax       int64
	CompareFee, CompareTax         bool // an expected cost is given
	OtherCurrency                  bool
	Settled, Paid                  bool  // what the row says, what the books say
	RowDay, EntryDay, DueDay, Date int32 // Date is the settlement day
}

// Clean says that no class holds between a row and the entry it names by its transaction id.
func (p *Pair) Clean() bool {
	return p.Expected == p.Actual && !p.OtherCurrency && !p.statusDiffers() && p.netGap() == 0 && !p.feeDiffers() &&
		!p.taxDiffers() && !p.shifted() && !p.late()
}

func (p *Pair) statusDiffers() bool { return p.Settled != p.Paid }

// netGap is by how much the file's net differs from what its own columns add up to.
func (p *Pair) netGap() int64 { return p.Net - (p.Actual - p.Fee - p.Tax) }

func (p *Pair) feeDiffers() bool { return p.CompareFee && p.Fee != p.ExpectedFee }

func (p *Pair) taxDiffers() bool { return p.CompareTax && p.Tax != p.ExpectedTax }

func (p *Pair) shifted() bool { return p.RowDay != p.EntryDay }

func (p *Pair) late() bool { return p.DueDay < p.Date }
