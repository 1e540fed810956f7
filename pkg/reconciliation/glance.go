package reconciliation

import (
	"fmt"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/store"
)

// Glance is what one that passes over many days wants of each: how it stands, and not what is in it.
type Glance struct {
	Tenant  string            `json:"-"`
	ID      string            `json:"id"`
	Network string            `json:"network"`
	Account string            `json:"account"`
	Date    calendar.Date     `json:"date"`
	Status  Status            `json:"status"`
	Files   []struct{}        `json:"files"` // only how many
	Late    []struct{}        `json:"late"`  // likewise
	Sheet   discrepancy.Sheet `json:"sheet"`
	Open    int               `json:"open"`
	Due     int64             `json:"due"`
}

// Look reads of a reconciliation what a glance takes in.
func Look(record store.Record) (Glance, error) {
	var g Glance
	if err := store.Unmarshal(record.Body, &g); err != nil {
		return g, fmt.Errorf("reconciliation: record %s: %w", record.Key, err)
	}
	g.Tenant = tenantOf(record, g.ID)
	return g, nil
}

// tenantOf a record, whose key is its tenant and its id.
func tenantOf(record store.Record, id string) string {
	return record.Key.PK[:max(0, len(record.Key.PK)-len(id)-1)]
}
