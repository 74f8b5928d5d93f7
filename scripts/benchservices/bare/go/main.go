// Command go is the least program of net/http that answers as the starter API
// does: what `make bench-services` measures the Go service beside.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"
	"runtime"
	"strings"
)

type welcome struct {
	Name      string `json:"name"`
	Language  string `json:"language"`
	Runtime   string `json:"runtime"`
	Host      string `json:"host"`
	ProcessID int    `json:"process_id"`
}

func main() {
	http.HandleFunc("GET /api/{$}", home)
	log.Fatal(http.ListenAndServe(os.Getenv("HOST")+":"+os.Getenv("PORT"), nil))
}

func home(w http.ResponseWriter, _ *http.Request) {
	host, err := os.Hostname()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(welcome{ // the client may be gone
		Name:      os.Getenv("SERVICE_NAME"),
		Language:  "go",
		Runtime:   strings.TrimPrefix(runtime.Version(), "go"),
		Host:      host,
		ProcessID: os.Getpid(),
	})
}
