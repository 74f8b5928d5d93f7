// Command caller is the service caller; its routes are in package app.
package main

import (
	"os"

	"example.com/case/caller/internal/app"
	"example.com/case/caller/internal/chassis"
)

func main() {
	os.Exit(chassis.Main(app.Register))
}
