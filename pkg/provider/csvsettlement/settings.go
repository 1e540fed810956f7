package csvsettlement

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// Settings by which an account describes its provider's report. Where none is there the report is the generic one.
//
//	settlement_columns    generic=theirs; …   "Amount=Valor bruto; Fee=Comisión + GMF"
//	settlement_types      TYPE=word, word; …  "PAYMENT=Venta; REFUND=Devolución, Reembolso"
//	settlement_statuses   STATUS=word, …      "SETTLED=Pagado; REJECTED=Rechazado"
//	settlement_comma      comma, semicolon, tab, pipe
//	settlement_decimal    dot, comma
//	settlement_thousands  none, dot, comma, space, apostrophe
//	settlement_dates      YYYY MM DD HH mm ss and ±hh:mm, such as "DD/MM/YYYY HH:mm"
//	settlement_zone       "-05:00", for dates that name none
//	settlement_sign       signed, by_type
//	settlement_costs      positive, negative
//	settlement_currency   for reports without such a column
//	settlement_encoding   utf-8, latin-1, windows-1252
//	settlement_skip       lines before the header
//	settlement_sheet      of a workbook; the first if none is named
const prefix = "settlement_"

// Settings lists them.
func Settings() []string {
	return []string{"settlement_columns", "settlement_types", "settlement_statuses", "settlement_comma", "settlement_decimal", "settlement_thousands",
		"settlement_dates", "settlement_zone", "settlement_sign", "settlement_costs", "settlement_currency", "settlement_encoding",
		"settlement_skip", "settlement_sheet"}
}

// Knows says whether a setting is one of them.
func Knows(name string) bool { return slices.Contains(Settings(), name) }

// Configure is the layout that an account's settings describe, on top of the provider's own. Error: a setting that cannot
// be understood, by its name.
func Configure(settings map[string]string, own Layout) (Layout, error) {
	c := &configuration{settings: settings, layout: own}
	c.columns()
	c.words()
	c.layout.Comma = choice(c, "comma", c.layout.Comma, option[rune]{"comma", ','}, option[rune]{"semicolon", ';'},
		option[rune]{"tab", '\t'}, option[rune]{"pipe", '|'})
	c.layout.Decimal = choice(c, "decimal", c.layout.Decimal, option[byte]{"dot", '.'}, option[byte]{"comma", ','})
	c.layout.Thousands = choice(c, "thousands", c.layout.Thousands, option[byte]{"none", 0}, option[byte]{"dot", '.'},
		option[byte]{"comma", ','}, option[byte]{"space", ' '}, option[byte]{"apostrophe", '\''})
	c.layout.ByType = choice(c, "sign", c.layout.ByType, option[bool]{"signed", false}, option[bool]{"by_type", true})
	c.layout.NegativeCosts = choice(c, "costs", c.layout.NegativeCosts, option[bool]{"positive", false}, option[bool]{"negative", true})
	c.layout.Encoding = choice(c, "encoding", c.layout.Encoding, option[Encoding]{"utf-8", UTF8}, option[Encoding]{"latin-1", Latin1},
		option[Encoding]{"windows-1252", Windows1252})
	c.dates()
	if text, ok := settings[prefix+"sheet"]; ok {
		c.layout.Sheet = text
	}
	if text, ok := settings[prefix+"currency"]; ok {
		c.layout.Currency = money.Currency(text)
		c.fault(!c.layout.Currency.Known(), "currency", "is no currency of ours")
	}
	c.fault(c.layout.Thousands != 0 && (c.layout.Thousands == c.layout.Decimal || (c.layout.Thousands == '.' && c.layout.Decimal == 0)),
		"thousands", "is the decimal mark too")
	return c.layout, c.err
}

// configuration collects what the settings say; the first thing that cannot be understood ends it.
type configuration struct {
	settings map[string]string
	layout   Layout
	err      error
}

func (c *configuration) fault(wrong bool, name, what string) {
	if wrong && c.err == nil {
		c.err = fmt.Errorf("setting %q %s", prefix+name, what)
	}
}

type option[T any] struct {
	word  string
	value T
}

func choice[T any](c *configuration, name string, own T, options ...option[T]) T {
	text, ok := c.settings[prefix+name]
	if !ok {
		return own
	}
	var words []string
	for _, o := range options {
		if o.word == text {
			return o.value
		}
		words = append(words, o.word)
	}
	c.fault(true, name, "must be one of "+strings.Join(words, ", "))
	return own
}

// pairs reads "a=b; c=d".
func (c *configuration) pairs(name string) [][2]string {
	text, ok := c.settings[prefix+name]
	if !ok {
		return nil
	}
	var all [][2]string
	for _, part := range strings.Split(text, ";") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		left, right, ok := strings.Cut(part, "=")
		left, right = strings.TrimSpace(left), strings.TrimSpace(right)
		c.fault(!ok || left == "" || right == "", name, "must be name=value; name=value")
		all = append(all, [2]string{left, right})
	}
	return all
}

func (c *configuration) columns() {
	pairs := c.pairs("columns")
	if len(pairs) == 0 {
		return
	}
	c.layout.Names = map[string]string{}
	for _, p := range pairs {
		c.fault(position(generics(), p[0]) < 0, "columns", fmt.Sprintf("knows no %q; there are %s", p[0], strings.Join(generics(), ", ")))
		c.layout.Names[p[0]] = p[1]
	}
}

func (c *configuration) words() {
	for _, p := range c.pairs("types") {
		t, ok := Layout{}.typeOf(p[0])
		c.fault(!ok, "types", fmt.Sprintf("knows no %q; there are %s", p[0], Layout{}.types()))
		if c.layout.Types == nil {
			c.layout.Types = map[string]settlement.Type{}
		}
		for _, word := range strings.Split(p[1], ",") {
			c.layout.Types[strings.TrimSpace(word)] = t
		}
	}
	for _, p := range c.pairs("statuses") {
		s, ok := Layout{}.statusOf(p[0], true)
		c.fault(!ok, "statuses", fmt.Sprintf("knows no %q; there are %s", p[0], Layout{}.statuses()))
		if c.layout.Statuses == nil {
			c.layout.Statuses = map[string]string{}
		}
		for _, word := range strings.Split(p[1], ",") {
			c.layout.Statuses[strings.TrimSpace(word)] = s
		}
	}
}

// dates translates the layout that people write into Go's, and reads the zone and the lines to skip.
func (c *configuration) dates() {
	if text, ok := c.settings[prefix+"dates"]; ok {
		c.layout.Dates = strings.NewReplacer("YYYY", "2006", "MM", "01", "DD", "02", "HH", "15", "mm", "04", "ss", "05",
			"±hh:mm", "-07:00").Replace(text)
		_, err := time.Parse(c.layout.Dates, time.Date(2026, 11, 21, 13, 14, 15, 0, time.UTC).Format(c.layout.Dates))
		c.fault(err != nil || !strings.Contains(c.layout.Dates, "2006") || !strings.Contains(c.layout.Dates, "01") ||
			!strings.Contains(c.layout.Dates, "02"), "dates", "must hold YYYY, MM and DD")
	}
	if text, ok := c.settings[prefix+"zone"]; ok {
		at, err := time.Parse("-07:00", text)
		c.fault(err != nil, "zone", "must be an offset such as -05:00")
		if err == nil {
			_, offset := at.Zone()
			c.layout.Zone = time.FixedZone(text, offset)
		}
	}
	if text, ok := c.settings[prefix+"skip"]; ok {
		n := -1
		if _, err := fmt.Sscanf(text, "%d", &n); err != nil || n < 0 || n > 100 || fmt.Sprint(n) != text {
			c.fault(true, "skip", "must be a number of lines up to 100")
			return
		}
		c.layout.Skip = n
	}
}
