package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/vuelto/vuelto/pkg/audit"
	"github.com/vuelto/vuelto/pkg/evidence"
)

func evidenceCommand() *cobra.Command {
	group := &cobra.Command{Use: "evidence", Short: "What proves how one refund or payout went"}
	var known []string
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Find what was changed, removed, put in, moved or cut off in a file of evidence",
		Long: `Reads a file of GET /v1/refunds/{id}/evidence and holds every part against the others: each file against the manifest, the
journal's hash chain from its beginning, the receipts against the SHA-256 that the journal has of them, and the entries against the
Merkle roots of the days they were sealed with. Says what is missing, and why. Nothing is asked over the network.

A file of GET /v1/months/{month}/pack is verified too: each file against the manifest, the days against the digest with which the
month was closed, their totals against the month's. --seal is then that digest.

A file that was made anew as a whole cannot be seen from within: name a seal that you know of one of its days with --seal.

Exit status: 0 nothing is wrong, 1 something is, 2 the file cannot be read.`,
		Example: "  vuelto evidence verify rf_6J0ZCWG5VB9G0C25AKBCNVK7SB-evidence.zip",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return verifyEvidence(cmd.OutOrStdout(), args[0], known)
		},
	}
	cmd.Flags().StringArrayVar(&known, "seal", nil, "a seal that one of the days must have, in hexadecimal; may be repeated")
	group.AddCommand(cmd)
	return group
}

func verifyEvidence(out io.Writer, path string, known []string) error {
	file, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if evidence.IsMonth(file) {
		return verifyMonth(out, file, known)
	}
	r, wrong, err := evidence.Verify(file)
	if err != nil {
		return err
	}
	for _, seal := range known {
		if !slices.ContainsFunc(r.Seals, func(s audit.Seal) bool { return s.Seal == seal }) {
			wrong = append(wrong, "no day in it has the seal "+seal)
		}
	}
	for _, w := range wrong {
		fmt.Fprintln(out, w)
	}
	for _, s := range r.Seals {
		fmt.Fprintf(out, "sealed on %s: %s\n", s.Day, s.Seal)
	}
	for _, m := range r.Manifest.Missing {
		fmt.Fprintf(out, "not in it: %s: %s\n", m.What, m.Why)
	}
	fmt.Fprintf(out, "%s of %s, %s: %d files, %d entries of which %d are sealed: %d wrong\n", r.Manifest.ID, r.Manifest.Tenant, r.Manifest.State,
		len(r.Manifest.Files), r.Manifest.Entries, r.Sealed, len(wrong))
	if len(wrong) > 0 {
		return &exitError{1, errors.New("the evidence was tampered with")}
	}
	return nil
}

func verifyMonth(out io.Writer, file []byte, known []string) error {
	m, sealed, wrong, err := evidence.VerifyMonth(file)
	if err != nil {
		return err
	}
	for _, seal := range known {
		if seal != sealed {
			wrong = append(wrong, "the month was not closed with "+seal)
		}
	}
	for _, w := range wrong {
		fmt.Fprintln(out, w)
	}
	fmt.Fprintf(out, "%s of %s, closed with %s: %d files: %d wrong\n", m.Month, m.Tenant, sealed, len(m.Files), len(wrong))
	if len(wrong) > 0 {
		return &exitError{1, errors.New("the month was tampered with")}
	}
	return nil
}
