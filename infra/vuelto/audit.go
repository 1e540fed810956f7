package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vuelto/vuelto/pkg/audit"
)

func auditCommand() *cobra.Command {
	group := &cobra.Command{Use: "audit", Short: "The sealed days of the journals"}
	var last string
	cmd := &cobra.Command{
		Use:   "verify DIR",
		Short: "Find what was changed, removed, put in, moved or cut off in a merchant's sealed days",
		Long: `Reads the sealed days of one merchant (DIR/2026-11-20.jsonl …), as they are in the stack's bucket under audit/MERCHANT/, and
holds every entry against its own hash, its record's chain, the day's Merkle root, and each day against the day before. Says
who is said to have done what, and when. Nothing is asked over the network.

Whoever removes the last days together cannot be seen from within: name the last seal you know with --seal.

Exit status: 0 nothing is wrong, 1 something is, 2 the days cannot be read.`,
		Example: "  aws s3 sync s3://BUCKET/audit/demo days && vuelto audit verify days",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return verifyDays(cmd.OutOrStdout(), args[0], last)
		},
	}
	cmd.Flags().StringVar(&last, "seal", "", "the seal that the last day must have, in hexadecimal")
	group.AddCommand(cmd)
	return group
}

func verifyDays(out io.Writer, dir, last string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no sealed day in %s", dir)
	}
	if err != nil {
		return err
	}
	var v audit.Verifier
	wrong := 0
	say := func(found []audit.Problem) {
		for _, p := range found {
			fmt.Fprintln(out, p)
		}
		wrong += len(found)
	}
	for _, path := range files { // by name, which is by day
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		say(v.Day(strings.TrimSuffix(filepath.Base(path), ".jsonl"), text))
	}
	say(v.End())
	if last != "" && last != v.Last.Seal {
		say([]audit.Problem{{Day: v.Last.Day, What: "is not the last day: its seal is " + v.Last.Seal}})
	}
	if strings.Trim(v.Begun, "0") != "" {
		fmt.Fprintf(out, "begins after a day that is not here (its seal is %s)\n", v.Begun)
	}
	fmt.Fprintf(out, "%d days of %s, %d entries, last seal %s: %d wrong\n", len(files), v.Tenant, v.Entries, v.Last.Seal, wrong)
	if wrong > 0 {
		return &exitError{1, errors.New("the journals were tampered with")}
	}
	return nil
}
