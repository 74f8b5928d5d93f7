// Command wired is the service wired; its routes are in package app.
package main

import (
	"os"

	"example.com/case/wired/internal/app"
	"example.com/case/wired/internal/chassis"
)

func main() {
	os.Exit(chassis.Main(app.Register))
}
