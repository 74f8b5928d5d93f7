// Command orders is the service orders; its routes are in package app.
package main

import (
	"os"

	"example.com/plain/orders/internal/app"
	"example.com/plain/orders/internal/chassis"
)

func main() {
	os.Exit(chassis.Main(app.Register))
}
