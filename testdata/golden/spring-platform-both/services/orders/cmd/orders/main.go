// Command orders is the service orders; its routes are in package app.
package main

import (
	"os"

	"example.com/case/orders/internal/app"
	"example.com/case/orders/internal/chassis"
)

func main() {
	os.Exit(chassis.Main(app.Register))
}
