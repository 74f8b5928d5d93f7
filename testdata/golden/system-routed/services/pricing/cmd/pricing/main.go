// Command pricing is the service pricing; its routes are in package app.
package main

import (
	"os"

	"example.com/routed/pricing/internal/app"
	"example.com/routed/pricing/internal/chassis"
)

func main() {
	os.Exit(chassis.Main(app.Register))
}
