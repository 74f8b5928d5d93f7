package wizard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/azulejo-dev/azulejo/internal/ask"
)

// page is what fills the window.
type page int

const (
	formPage page = iota
	reviewPage
	keysPage
	leavePage
	draftPage
)

// model is the one Bubble Tea model. Its parts are plain structs.
type model struct {
	cfg     Config
	answers ask.Answers
	sheet   *ask.Sheet

	page, under page // the one in front, and the one that a dialog returns to
	focus       string
	left        map[string]bool // fields that were left once: what is wrong with them is said
	input       textinput.Model
	untouched   bool // the field holds a default: the first letter typed replaces it
	list        chooser
	tab         tab
	narrowForm  bool // a narrow window shows the form, not the preview
	scroll      [tabs]int
	planning    planning
	review      reviewState
	draftChoice int
	notice      string // said until the next key
	changed     bool   // the spec on the disk is another by now
	reloading   bool
	again       bool // once more, when that is done
	whole       bool // the form was read with all that the first frame did without

	theme         theme
	dark, few     bool // the terminal's background, and whether it has 16 colours or none
	width, height int
	outcome       Outcome
	ended         bool
	bug           *Bug
	stop          func() // ends the program from outside of Update

	after func(time.Duration, func(time.Time) tea.Msg) tea.Cmd // tea.Tick
}

// Options say how a page is shown.
type Options struct {
	In            io.Reader
	Out           io.Writer
	Environ       []string
	Width, Height int
	ASCII         bool // no box drawing: the terminal's locale has no UTF-8
	NoColor       bool
}

// Page runs the wizard on a terminal until the person is done, and returns how it
// ended. A cancelled context ends it with the answers kept; so does a bug, which stands
// in the outcome: the terminal has been put back by then.
func Page(ctx context.Context, cfg Config, o Options) (Outcome, error) {
	m := newModel(cfg, o.Width, o.Height, newTheme(true, o.ASCII))
	opts := []tea.ProgramOption{
		tea.WithInput(o.In), tea.WithOutput(o.Out), tea.WithEnvironment(o.Environ),
		tea.WithWindowSize(o.Width, o.Height), tea.WithoutSignalHandler(),
	}
	if o.NoColor {
		opts = append(opts, tea.WithColorProfile(colorprofile.ASCII))
	}
	p := tea.NewProgram(m, opts...)
	m.stop = p.Quit
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-ctx.Done():
			p.Quit()
		case <-done:
		}
	}()
	_, err := p.Run()
	m.planning.stop()
	m.outcome.Bug = m.bug
	m.outcome.Answers, m.outcome.Sheet = m.answers, m.sheet
	if err != nil && !errors.Is(err, tea.ErrProgramKilled) {
		err = fmt.Errorf("the terminal: %w", err)
	}
	return m.outcome, err
}

func newModel(cfg Config, width, height int, t theme) *model {
	m := &model{
		cfg: cfg, left: map[string]bool{}, narrowForm: true,
		input: textinput.New(), theme: t, dark: true, width: width, height: height, after: tea.Tick,
	}
	m.input.SetVirtualCursor(false)
	m.input.CharLimit = maxAnswer
	m.begin(cfg.Answers)
	if cfg.Draft != nil {
		m.page = draftPage
	}
	return m
}

// begin takes answers and goes to the first question that is still open.
func (m *model) begin(a ask.Answers) {
	if m.answers = a.Clone(); m.answers == nil {
		m.answers = ask.Answers{}
	}
	m.left = map[string]bool{}
	for field := range m.answers {
		m.left[field] = true
	}
	m.fill()
	m.enter(m.firstOpen())
}

// firstOpen is the first question that nobody answered, or that is answered wrong.
func (m *model) firstOpen() string {
	for _, i := range m.sheet.Items {
		if i.Essential && (!i.Given || i.Wrong()) {
			return i.Field
		}
	}
	return button
}

// watchEvery is how often the spec on the disk is looked at.
const watchEvery = 2 * time.Second

// The messages that the wizard sends itself.
type (
	watchMsg   struct{ changed bool }
	planDueMsg struct{ generation int }
	planMsg    struct {
		generation int
		plan       *Plan
		err        error
	}
	formMsg struct {
		form   *ask.Form
		err    error
		silent bool // nobody asked for it
	}
	checkedMsg struct {
		generation int
		changed    bool
	}
	enrichMsg struct{}
	beatMsg   struct{}
	bugMsg    struct{ bug *Bug }
)

// enrichAfter is when the wizard reads what its first frame can do without.
const enrichAfter = 200 * time.Millisecond

// Init implements tea.Model.
func (m *model) Init() tea.Cmd {
	enrich := m.after(enrichAfter, func(time.Time) tea.Msg { return enrichMsg{} })
	return tea.Batch(tea.RequestBackgroundColor, enrich, m.watch())
}

// Update implements tea.Model.
func (m *model) Update(msg tea.Msg) (_ tea.Model, cmd tea.Cmd) {
	defer func() {
		if bug := recover(); bug != nil {
			m.caught(bug)
			cmd = tea.Quit
		}
	}()
	if m.ended {
		return m, nil
	}
	return m, m.handle(msg)
}

// caught keeps the first bug and lets nothing be created.
func (m *model) caught(bug any) {
	m.ended, m.outcome.Action = true, Lost
	if b, ok := bug.(*Bug); ok && m.bug == nil {
		m.bug = b
	} else if m.bug == nil {
		m.bug = &Bug{bug, debug.Stack()}
	}
}

func (m *model) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		m.dark = msg.IsDark()
		m.paint()
	case tea.ColorProfileMsg:
		m.few = msg.Profile < colorprofile.ANSI256
		m.paint()
	case tea.KeyPressMsg:
		m.notice = ""
		return m.key(msg)
	case tea.PasteMsg:
		m.notice = ""
		return m.paste(msg.Content)
	case enrichMsg:
		if !m.whole {
			return m.reload(true)
		}
	case beatMsg:
		return m.beaten()
	case planDueMsg:
		return m.planDue(msg.generation)
	case planMsg:
		return m.planned(msg)
	case checkedMsg:
		return m.checked(msg)
	case formMsg:
		return m.reloaded(msg)
	case watchMsg:
		m.changed = m.changed || msg.changed
		return m.watch()
	case bugMsg:
		panic(msg.bug)
	}
	return nil
}

func (m *model) paint() {
	if m.theme = newTheme(m.dark, m.theme.ascii); m.few {
		m.theme = m.theme.basic()
	}
}

// key hands a key to the page in front.
func (m *model) key(msg tea.KeyPressMsg) tea.Cmd {
	if msg.String() == "ctrl+c" && m.page != leavePage && m.page != draftPage {
		return m.askToLeave()
	}
	if m.small() && m.page != leavePage && msg.String() != "ctrl+c" {
		return nil // nothing is answered unseen
	}
	switch m.page {
	case reviewPage:
		return m.reviewKey(msg)
	case keysPage:
		m.page = m.under
		return nil
	case leavePage:
		return m.leaveKey(msg)
	case draftPage:
		return m.draftKey(msg)
	default:
		return m.formKey(msg)
	}
}

func (m *model) small() bool { return m.width < leastWidth || m.height < leastHeight }

// end leaves the program with an outcome.
func (m *model) end(a Action) tea.Cmd {
	m.outcome.Action = a
	m.ended = true
	return tea.Quit
}

// guarded turns a panic beside the program into a message, so that the terminal is
// put back before anybody reads of it.
func guarded(cmd tea.Cmd) tea.Cmd {
	return func() (msg tea.Msg) {
		defer func() {
			if bug := recover(); bug != nil {
				msg = bugMsg{&Bug{bug, debug.Stack()}}
			}
		}()
		return cmd()
	}
}

func (m *model) watch() tea.Cmd {
	changed := m.cfg.Changed
	if changed == nil {
		return nil
	}
	return m.after(watchEvery, func(time.Time) tea.Msg {
		return guarded(func() tea.Msg { return watchMsg{changed()} })()
	})
}

func (m *model) reload(silent bool) tea.Cmd {
	read := m.cfg.Reload
	if read == nil || m.reloading {
		m.again = m.again || !silent // what is being read may be older than the wish
		return nil
	}
	m.reloading = true
	return guarded(func() tea.Msg {
		f, err := read()
		return formMsg{f, err, silent}
	})
}

// reloaded takes the spec as it is on the disk now; the answers stay.
func (m *model) reloaded(msg formMsg) tea.Cmd {
	if m.reloading = false; m.again {
		m.again = false
		return m.reload(false)
	}
	if msg.err != nil {
		m.notice = "The spec cannot be read: " + firstLine(msg.err.Error())
		return nil
	}
	m.cfg.Form, m.whole = msg.form, true
	if !msg.silent {
		m.changed = false
		m.notice = "The spec was read anew. Your answers stay."
	}
	m.fill()
	if m.focus != button && m.sheet.Item(m.focus) == nil {
		m.enter(m.firstOpen())
	}
	if m.sheet.Valid() {
		return m.plan()
	}
	if m.under = formPage; m.page == reviewPage { // there is no plan to look at any more
		m.page = formPage
		return m.toReview()
	}
	return nil
}
