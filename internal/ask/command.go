package ask

import (
	"slices"
	"strconv"
	"strings"
)

// Commands say the same without the wizard: argument lists, in their order. Options
// such as --chdir are put behind the name of each command.
func (s *Sheet) Commands(options ...string) (list [][]string) {
	begins := slices.ContainsFunc(s.Items, func(i *Item) bool { return isSystem(i.Field) })
	if begins {
		list = append(list, s.command("init", options, isSystem))
	}
	if s.Service != nil {
		list = append(list, s.command("new", options, func(field string) bool { return !isSystem(field) }))
	}
	return list
}

func (s *Sheet) command(verb string, options []string, ours func(string) bool) []string {
	argv := append([]string{"azulejo"}, verb)
	var flags []string
	for _, i := range s.Items {
		switch {
		case !ours(i.Field) || i.Field == "stands":
		case i.Flag == "":
			argv = append(argv, i.First())
		case i.Pinned || i.Field == "route" || !same(i.Value, i.Default):
			flags = append(flags, i.flags()...)
		}
	}
	return slices.Concat(argv, options, flags, []string{"--yes"})
}

func (i *Item) flags() (list []string) {
	if name, ok := strings.CutPrefix(i.Flag, "--set "); ok {
		return []string{"--set", name + "=" + setting(i.Value)}
	}
	for _, v := range i.Value {
		if n, err := strconv.Atoi(v); err == nil && i.Kind == Number {
			v = strconv.Itoa(n) // flags read 010 as 8
		}
		if strings.HasPrefix(v, "-") {
			list = append(list, i.Flag+"="+v)
		} else {
			list = append(list, i.Flag, v)
		}
	}
	return list
}

// Quote writes an argument for a POSIX shell.
func Quote(arg string) string {
	plain := strings.IndexFunc(arg, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@,+", r)
	}) < 0
	if plain && arg != "" {
		return arg
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}

// Lines breaks a command for a shell at its spaces, so that no line but one with a
// longer argument is wider than width.
func Lines(argv []string, width int) []string {
	var lines []string
	line := ""
	for _, arg := range argv {
		word := Quote(arg)
		if line != "" && len([]rune(line))+1+len([]rune(word))+2 > width {
			lines, line = append(lines, line+" \\"), "  "+word
			continue
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
