package wizard

import (
	"context"
	"errors"
	"io"
)

// Plain is written by a helper.
func Plain(context.Context, Config, io.Reader, io.Writer) (Outcome, error) {
	return Outcome{}, errors.New("not yet")
}
