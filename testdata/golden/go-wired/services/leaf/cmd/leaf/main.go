// Command leaf is the service leaf; its routes are in package app.
package main

import (
	"os"

	"example.com/case/leaf/internal/app"
	"example.com/case/leaf/internal/chassis"
)

func main() {
	os.Exit(chassis.Main(app.Register))
}
