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

var newService = []string{"new"}

// toCalls are the steps to the last essential question, which two services answer.
var toCalls = []string{"?Name", "=payments", "enter down enter enter", "space down down down space"}

var frames = []frame{
	{name: "wizard", width: 120, height: 35, args: newService, steps: append(toCalls, "ctrl+o ctrl+o", "?details go"), svg: true},
	{name: "start-80x24", width: 80, height: 24, args: newService, steps: []string{"?Name"}},
	{name: "start-60x15", width: 60, height: 15, args: newService, steps: []string{"?Name"}},
	{name: "error-80x24-light", width: 80, height: 24, light: true, args: newService, steps: []string{"?Name", "=payments", "enter enter enter ctrl+n ctrl+n backspace", "=2", "?is the port of"}, svg: true},
	{name: "files-120x35-light", width: 120, height: 35, light: true, args: newService, steps: append(toCalls, "ctrl+o", "?to add"), svg: true},
	{name: "spec-80x24-nocolor", width: 80, height: 24, noColor: true, args: newService, steps: toCalls, svg: true},
	{name: "map-60x15", width: 60, height: 15, args: newService, steps: append(toCalls, "ctrl+o ctrl+o ctrl+o")},
	{name: "review-120x35", width: 120, height: 35, args: newService, steps: append(toCalls, "ctrl+r", "?to add"), svg: true},
	{name: "review-60x15-light", width: 60, height: 15, light: true, args: newService, steps: append(toCalls, "ctrl+r", "?to add"), svg: true},
	{name: "keys-80x24", width: 80, height: 24, args: newService, steps: []string{"?Name", "f1"}},
	{name: "leave-80x24", width: 80, height: 24, args: newService, steps: append(toCalls, "ctrl+c", "?Leave the wizard")},
	{name: "too-small-20x5", width: 20, height: 5, args: newService, steps: []string{"?20x5"}},
}
