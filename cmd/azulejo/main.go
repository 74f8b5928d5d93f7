// Command azulejo describes, generates and runs systems of services that are
// written in several languages.
package main

import (
	"os"

	"github.com/azulejo-dev/azulejo/internal/cli"
)

func main() { os.Exit(cli.Main()) }
