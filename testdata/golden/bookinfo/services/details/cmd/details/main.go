// Command details is the service details; its routes are in package app.
package main

import (
	"os"

	"example.com/bookinfo/details/internal/app"
	"example.com/bookinfo/details/internal/chassis"
)

func main() {
	os.Exit(chassis.Main(app.Register))
}
