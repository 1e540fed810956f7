// Command enrol makes a merchant known to a deployed stack: the merchant with its stores and limits, its accounts with the
// providers, and API keys, which it prints once. Run again it changes what is there and adds keys.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/vuelto/vuelto/pkg/aws/awsenv"
	"github.com/vuelto/vuelto/pkg/aws/dynamostore"
)

const usage = `usage: go run ./infra/enrol --table TABLE < merchant.json     see infra/enrol/example.json
       go run ./infra/enrol --check < merchant.json           reads it and writes nothing

The table's name is the stack's output TableName. Region and credentials come from the environment:
  eval "$(aws configure export-credentials --format env)"; export AWS_REGION=sa-east-1

Exit status: 0 = done, 1 = the file or the table does not allow it, 2 = the command line is wrong.
`

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(args []string, in io.Reader, out, errs io.Writer) int {
	flags := flag.NewFlagSet("enrol", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.Usage = func() { fmt.Fprint(errs, usage) }
	table := flags.String("table", "", "")
	check := flags.Bool("check", false, "")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if (*table == "") == !*check || flags.NArg() > 0 {
		flags.Usage()
		return 2
	}
	if err := do(*table, *check, in, out); err != nil {
		fmt.Fprintln(errs, "enrol:", err)
		return 1
	}
	return 0
}

func do(table string, check bool, in io.Reader, out io.Writer) error {
	e, err := read(in)
	if err != nil || check {
		return err
	}
	env, err := awsenv.Read(os.LookupEnv)
	if err != nil {
		return err
	}
	keys, err := enrol(context.Background(), dynamostore.Open(env, table), e)
	if err != nil {
		return err
	}
	for _, k := range keys {
		fmt.Fprintf(out, "%s\t%s\t%s\n", k.Person, k.Role, k.Key)
	}
	return nil
}
