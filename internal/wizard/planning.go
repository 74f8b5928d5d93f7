package wizard

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// planAfter is how long answers must rest before a preview is worth its work.
const planAfter = 120 * time.Millisecond

// planning keeps the plan of the answers, made beside the keys.
type planning struct {
	generation int   // of the answers
	of         int   // the generation that plan and err are of
	plan       *Plan // the last good one
	err        error
	running    bool
	beats      int // while it runs, for a sign of life
	cancel     context.CancelFunc
}

func (p *planning) stop() {
	if p.cancel != nil {
		p.cancel()
	}
}

// current is the plan of the answers as they are, or nil.
func (p *planning) current() *Plan {
	if p.of != p.generation || p.err != nil {
		return nil
	}
	return p.plan
}

// fill works the answers out anew.
func (m *model) fill() {
	m.sheet = m.cfg.Form.Fill(m.answers)
	m.planning.generation++
	m.planning.stop()
}

// plan makes a plan soon, if somebody looks at one.
func (m *model) plan() tea.Cmd {
	p := &m.planning
	seen := m.page == reviewPage || m.tab == filesTab && m.previewSeen()
	if !seen || p.of == p.generation || !m.sheet.Valid() {
		return nil
	}
	if m.page == reviewPage {
		return m.planDue(p.generation)
	}
	n := p.generation
	return m.after(planAfter, func(time.Time) tea.Msg { return planDueMsg{n} })
}

// planDue begins to plan, unless the answers have changed since or a plan is being
// made already: its end begins the next.
func (m *model) planDue(generation int) tea.Cmd {
	p := &m.planning
	if generation != p.generation || p.running || p.of == generation || !m.sheet.Valid() {
		return nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.running, p.cancel, p.beats = true, cancel, 0
	sheet, render := m.sheet, m.cfg.Plan
	return tea.Batch(guarded(func() tea.Msg {
		defer cancel()
		plan, err := render(ctx, sheet)
		return planMsg{generation, plan, err}
	}), m.beat())
}

// beatEvery is how often a long plan shows that it is alive.
const beatEvery = 400 * time.Millisecond

func (m *model) beat() tea.Cmd {
	return m.after(beatEvery, func(time.Time) tea.Msg { return beatMsg{} })
}

func (m *model) beaten() tea.Cmd {
	if !m.planning.running {
		return nil
	}
	m.planning.beats++
	return m.beat()
}

func (m *model) planned(msg planMsg) tea.Cmd {
	p := &m.planning
	p.running = false
	if msg.generation != p.generation {
		return m.plan()
	}
	if p.of, p.err = msg.generation, msg.err; msg.err == nil {
		p.plan = msg.plan
	}
	if m.page == reviewPage {
		return m.reviewPlanned()
	}
	return nil
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
