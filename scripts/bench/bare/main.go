// Command bare is a Bubble Tea program with one line: what any wizard of that
// library costs at least. `make bench` measures it beside azulejo's.
package main

import (
	"fmt"
	"os"

	tea "charm.land/bubbletea/v2"
)

func main() {
	if _, err := tea.NewProgram(bare(0)).Run(); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}

// bare counts its keys, so that each changes the screen.
type bare int

func (b bare) Init() tea.Cmd { return nil }

func (b bare) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	key, ok := msg.(tea.KeyPressMsg)
	switch {
	case !ok:
		return b, nil
	case key.String() == "q" || key.String() == "ctrl+c":
		return b, tea.Quit
	}
	return b + 1, nil
}

func (b bare) View() tea.View {
	v := tea.NewView(fmt.Sprintf("Hello, world. Keys: %d", int(b)))
	v.AltScreen = true // as a wizard does
	return v
}
