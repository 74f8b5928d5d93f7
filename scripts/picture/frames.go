package main

// frame is a picture of the terminal after some keys. Each step is keys by name,
// with spaces between them; or "=" and text to type; or "?" and text to wait for.
// After each the screen has to come to rest. Width and height are in cells.
type frame struct {
	name           string
	width, height  int
	light, noColor bool
	args           []string // of azulejo
	steps          []string
	svg            bool
}

// cover is the frame that the README shows.
const cover = "wizard"

var frames = []frame{
	{name: "wizard", width: 120, height: 35, args: []string{"plan"}, steps: []string{"?No changes"}, svg: true},
	{name: "help-80x24-light", width: 80, height: 24, light: true, args: []string{"--help"}, steps: []string{"?Use"}, svg: true},
	{name: "help-60x15-nocolor", width: 60, height: 15, noColor: true, args: []string{"--help"}, steps: []string{"?Use"}},
}
