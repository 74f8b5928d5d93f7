// Command orders is the service orders; its routes are in package app.
package main

import (
	"os"

	"example.com/routed/orders/internal/app"
	"example.com/routed/orders/internal/chassis"
)

func main() {
	os.Exit(chassis.Main(app.Register))
}
