package local

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Whatever ends azulejo, even kill -9: its services go with it.
func TestServicesDieWithUs(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0], "up", "now")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan() && lines.Text() != "ready"; {
		text.WriteString(lines.Text() + "\n")
	}
	all := pids(text.String(), `"pid":`)
	if len(all) != 2 || !alive(all[0]) || !alive(all[1]) {
		t.Fatalf("not two services:\n%s", text.String())
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	w := &world{t: t, out: &buffer{}}
	_, _ = w.out.Write([]byte(text.String()))
	w.noneLeft()
}
