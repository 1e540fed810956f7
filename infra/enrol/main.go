// Command enrol makes a merchant known to a deployed stack: the merchant with its stores and limits, its accounts with the
// providers, and API keys, which it prints once. Run again it changes what is there and adds keys; it does not put another
// account at a provider in the place of one that is there.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/vuelto/vuelto/pkg/aws/awsenv"
	"github.com/vuelto/vuelto/pkg/aws/dynamostore"
)

const usage = `usage: go run ./infra/enrol --table TABLE < merchant.json     see infra/enrol/example.json
       go run ./infra/enrol --check < merchant.json           reads it and writes nothing

For a stack with a sandbox, a merchant without accounts gets one with every played provider, see infra/enrol/sandbox.json:
       go run ./infra/enrol --table TABLE --sandbox SANDBOXTABLE --site URL < merchant.json

An account that is enrolled again keeps its provider, network, endpoint and whatever says whose it is there: a login, a merchant's id.
Another one gets an id of its own, beside the old one, which stays until its refunds are final. Where the credentials alone could
tell, and they were only rotated, add
       --rotated ACCOUNT[,ACCOUNT]

The tables' names and the site are the stack's outputs TableName, SandboxTableName and ApiUrl. Region and credentials come from
the environment:
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
	played := flags.String("sandbox", "", "")
	site := flags.String("site", "", "")
	rotated := flags.String("rotated", "", "")
	check := flags.Bool("check", false, "")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if (*table == "") == !*check || flags.NArg() > 0 || (*site == "") != (*played == "") && !*check {
		flags.Usage()
		return 2
	}
	if err := do(*table, *played, *site, strings.Split(*rotated, ","), *check, in, out); err != nil {
		fmt.Fprintln(errs, "enrol:", err)
		return 1
	}
	return 0
}

func do(table, played, site string, rotated []string, check bool, in io.Reader, out io.Writer) error {
	e, err := read(in, site)
	if err != nil || check {
		return err
	}
	env, err := awsenv.Read(os.LookupEnv)
	if err != nil {
		return err
	}
	e.rotated = rotated
	ctx := context.Background()
	keys, err := enrol(ctx, dynamostore.Open(env, table), e)
	if err != nil {
		return err
	}
	for _, k := range keys {
		fmt.Fprintf(out, "%s\t%s\t%s\n", k.Person, k.Role, k.Key)
	}
	if played == "" {
		return nil
	}
	if err := e.open(ctx, dynamostore.Open(env, played), site); err != nil {
		return err
	}
	fmt.Fprintf(out, "sandbox\t-\t%s\n", e.sandboxKey)
	return nil
}
