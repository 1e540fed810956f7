package decide

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/vuelto/vuelto/pkg/order"
	"github.com/vuelto/vuelto/pkg/payment"
)

// claims goes through the orders of the days around: which of the page's are told otherwise since, who claims their names and the receipts', and
// which of the payments are named. No more of them is kept than the page asks for.
func (p *shopPage) claims(ctx context.Context) error {
	c := claims{shopPage: p, standing: map[[2]string]order.Line{}, fresh: map[[2]string]order.Line{}, also: map[string][]order.Line{}}
	for _, o := range p.orders {
		c.standing[o.Who()] = o.Light()
		for _, name := range names(o.Names()) {
			p.asked[name] = nil
		}
	}
	for _, r := range p.receipts {
		if r.Order != "" {
			p.asked[r.Order] = nil
		}
	}
	for _, l := range p.listed {
		p.unclaimed[l.id] = true
	}
	first, last := p.around()
	err := p.book().Scan(ctx, p.tenant, first, last, c.look)
	if err == nil && len(c.fresh) > 0 {
		maps.Copy(c.standing, c.fresh)
		err = p.book().Scan(ctx, p.tenant, first, last, c.stands)
	}
	c.settle()
	return err
}

// claims are who claims what. Whether an order still stands where one of its lines is must be known of those that claim another name than their own: their
// later line may not have it.
type claims struct {
	*shopPage
	standing, fresh map[[2]string]order.Line
	also            map[string][]order.Line // who claims a payment by another name than its own, by the payment's id
}

// stands notes that an order stands elsewhere.
func (c *claims) stands(l order.Line) {
	if was, watched := c.standing[l.Who()]; watched && l.Instead(was) {
		c.standing[l.Who()] = l.Light()
	}
}

func (c *claims) look(l order.Line) {
	c.stands(l)
	for _, name := range names(l.Names()) {
		claims := false
		if claimants, asked := c.asked[name]; asked {
			c.asked[name], claims = append(claimants, l.Light()), true
		}
		if len(c.listed) > 0 {
			for _, reference := range called(name) {
				switch id := payment.ID(c.tenant, reference); {
				case !c.unclaimed[id]:
				case name == l.Name:
					delete(c.unclaimed, id)
				default:
					c.also[id], claims = append(c.also[id], l.Light()), true
				}
			}
		}
		if _, watched := c.standing[l.Who()]; claims && name != l.Name && !watched {
			c.fresh[l.Who()] = l.Light()
		}
	}
}

// settle leaves the claims of orders that stand where they claim.
func (c *claims) settle() {
	gone := func(l order.Line) bool {
		now, watched := c.standing[l.Who()]
		return watched && now.Day != l.Day
	}
	for name, list := range c.asked { // any order: each name has a list of its own
		var standing []order.Line
		for _, l := range slices.DeleteFunc(list, gone) {
			i := slices.IndexFunc(standing, func(x order.Line) bool { return x.Who() == l.Who() })
			switch {
			case i < 0:
				standing = append(standing, l)
			case l.Instead(standing[i]):
				standing[i] = l
			}
		}
		c.asked[name] = standing
	}
	for id, list := range c.also {
		if len(slices.DeleteFunc(list, gone)) > 0 {
			delete(c.unclaimed, id)
		}
	}
	c.orders = slices.DeleteFunc(c.orders, gone)
}

// owner of a name is the first order that claims it.
func (p *shopPage) owner(name string) (order.Line, bool) {
	list := p.asked[name]
	if len(list) == 0 {
		return order.Line{}, false
	}
	return slices.MinFunc(list, func(x, y order.Line) int {
		return cmp.Or(x.Day.Compare(y.Day), strings.Compare(x.Shop, y.Shop), strings.Compare(x.Name, y.Name))
	}), true
}

// loose reads the payments that no order names, a quarter of what is looked at beside them at most: with the others the next page begins.
func (p *shopPage) loose(ctx context.Context) error {
	var list []listed
	room := max(p.limit()/4, 1)
	for i, l := range p.listed {
		if !p.unclaimed[l.id] {
			continue
		}
		if len(list) == room && i > 0 {
			p.end(p.listed[i-1])
			break
		}
		list = append(list, l)
	}
	found := make([][]order.Money, len(list))
	err := p.together(len(list), func(i int) error {
		m, ok, err := p.moneyOf(ctx, p.tenant, list[i].id)
		if err != nil || !ok {
			return err
		}
		all, err := p.moneyCalled(ctx, p.tenant, []string{m.Name()})
		if err == nil && !slices.ContainsFunc(all[0], func(x order.Money) bool { return x.Payment < m.Payment }) {
			found[i] = all[0] // of two payments for one order the first by id leads
		}
		return err
	})
	for _, money := range found {
		p.books.Money = append(p.books.Money, money...)
	}
	return err
}

// end makes the page end with a payment: what comes behind it is of the next one.
func (p *shopPage) end(l listed) {
	p.next = place{l.day, ofPayments, l.sk}
	p.orders = slices.DeleteFunc(p.orders, func(o order.Line) bool { return l.day.Before(o.Day) })
	p.receipts = slices.DeleteFunc(p.receipts, func(r order.Receipt) bool { return !r.Day.Before(l.day) })
}

// others goes through the receipts of the days around: which channels there are, and what they have for the page's orders and payments.
func (p *shopPage) others(ctx context.Context) error {
	led := map[string]bool{}
	for _, m := range p.books.Money {
		led[m.Name()] = true
	}
	channels := map[string]bool{}
	first, last := p.around()
	return p.book().ScanReceipts(ctx, p.tenant, first, last, func(channel, name string, read func() (order.Receipt, error)) error {
		if !channels[channel] {
			channels[channel] = true
			p.books.Channels = append(p.books.Channels, channel)
		}
		if _, asked := p.asked[name]; name == "" || !asked && !led[name] {
			return nil
		}
		r, err := read()
		p.books.Receipts = append(p.books.Receipts, r)
		return err
	})
}

// paid reads what came for the page's orders. Money goes to the first that claims its name.
func (p *shopPage) paid(ctx context.Context) error {
	var wanted []string
	for _, o := range p.orders {
		whole, err := o.Order()
		if err != nil {
			return err
		}
		p.compared = append(p.compared, whole)
		for _, name := range names(o.Names()) {
			if owner, _ := p.owner(name); owner.Who() == o.Who() {
				wanted = append(wanted, name)
			}
		}
	}
	found, err := p.moneyCalled(ctx, p.tenant, wanted)
	for _, money := range found {
		p.books.Money = append(p.books.Money, money...)
	}
	return err
}

// received keeps of the receipts those that belong to a leg of the page: to one of its orders or payments, or, where nothing else claims their name, to the
// first of them by id.
func (p *shopPage) received(ctx context.Context) error {
	ours := map[string]bool{} // names whose leg is of this page
	for _, m := range p.books.Money {
		ours[m.Name()] = true
	}
	for _, o := range p.compared {
		for _, name := range names(o.Names()) {
			owner, _ := p.owner(name)
			ours[name] = ours[name] || owner.Shop == o.Shop && owner.Name == o.Name
		}
	}
	first := map[string]string{} // of a name, the id of its first receipt
	for _, r := range p.books.Receipts {
		if id, known := first[r.Order]; !known || r.ID < id {
			first[r.Order] = r.ID
		}
	}
	var alone []string // names of receipts that no order claims and that lead
	for _, r := range p.receipts {
		if r.Order == "" {
			p.books.Receipts = append(p.books.Receipts, r)
			ours[""] = true
		} else if _, claimed := p.owner(r.Order); !claimed && first[r.Order] == r.ID {
			alone = append(alone, r.Order)
		}
	}
	paid, err := p.moneyCalled(ctx, p.tenant, alone)
	for i, name := range alone {
		ours[name] = ours[name] || len(paid[i]) == 0
	}
	p.books.Receipts = slices.DeleteFunc(p.books.Receipts, func(r order.Receipt) bool { return !ours[r.Order] })
	return err
}
