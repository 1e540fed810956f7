package discrepancy_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/mem/memfile"
)

// A run's breaks fill pages; each is found by its id on the page it is on, with one file read beside that page.
func TestABreakIsFoundOnItsPage(t *testing.T) {
	for size, each := range map[int]int{0: discrepancy.PerPage, 3: 3} {
		ctx, files := context.Background(), memfile.New()
		day := "rec_" + strings.Repeat("0", 26)
		var list []discrepancy.Discrepancy
		for n := range 2*each + 1 {
			list = append(list, discrepancy.Discrepancy{ID: discrepancy.ID(day, strconv.Itoa(n))})
		}
		sheet, err := discrepancy.Write(ctx, files, "day/", size, list)
		if err != nil || sheet.Pages() != 3 {
			t.Fatalf("%d pages, %v", sheet.Pages(), err)
		}
		if page, err := sheet.Page(ctx, files, 1); err != nil || len(page) != each || page[0].ID != list[each].ID {
			t.Errorf("the second page has %d, %v", len(page), err)
		}
		for _, n := range []int{0, each - 1, each, 2 * each} {
			if d, err := sheet.Find(ctx, files, list[n].ID); err != nil || d.ID != list[n].ID {
				t.Errorf("break %d: %v, %v", n, d.ID, err)
			}
		}
		for _, id := range []string{discrepancy.ID(day, "none"), "brk_1", ""} {
			if _, err := sheet.Find(ctx, files, id); !errors.Is(err, discrepancy.ErrNone) {
				t.Errorf("%q: %v", id, err)
			}
		}
	}
}
