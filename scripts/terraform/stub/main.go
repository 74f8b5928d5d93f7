// Command terraform-stub is a Terraform provider that has a schema and nothing
// else. With it `terraform validate`, and `terraform test` with mock_provider,
// check modules of a provider that cannot be built or fetched. It cannot plan or
// apply: Terraform asks it for its schema and mocks the rest.
//
// The schema is a document of `terraform providers schema -json` that lies beside
// the program: PROGRAM.schema.json.
package main

import (
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "terraform-stub:", err)
		os.Exit(1)
	}
}

func run() error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	text, err := os.ReadFile(program + ".schema.json")
	if err != nil {
		return err
	}
	address, schema, err := parse(text)
	if err != nil {
		return fmt.Errorf("%s.schema.json: %w", program, err)
	}
	return tf6server.Serve(address, func() tfprotov6.ProviderServer { return server{schema: schema} })
}
