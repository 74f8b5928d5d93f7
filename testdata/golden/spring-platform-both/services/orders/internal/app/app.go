// Package app is what the service is for: its routes, and what they do.
package app

import (
	"net/http"
	"os"
	"runtime"
	"strings"

	"example.com/case/orders/internal/chassis"
)

type app struct {
	svc *chassis.Service
}

// Register adds the service's routes.
func Register(svc *chassis.Service) {
	a := &app{svc: svc}
	svc.Route("GET /api/{$}", a.home)
	svc.Route("GET /api", a.home) // what is left of a gateway's route without a slash
}

type homeAnswer struct {
	Name      string `json:"name"`
	Language  string `json:"language"`
	Runtime   string `json:"runtime"`
	Host      string `json:"host"` // of a container: its id
	ProcessID int    `json:"process_id"`
}

// home says who answers. Put your own route in its place.
func (a *app) home(w http.ResponseWriter, _ *http.Request) error {
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	return chassis.WriteJSON(w, http.StatusOK, homeAnswer{
		Name:      a.svc.Config.ServiceName,
		Language:  "go",
		Runtime:   strings.TrimPrefix(runtime.Version(), "go"),
		Host:      host,
		ProcessID: os.Getpid(),
	})
}
