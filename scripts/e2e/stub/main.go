// Command stub is the monolith, and the service of somebody else, of e2e: a small
// HTTP server that azulejo did not make. It answers every request, and drains on
// SIGTERM.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// drain is how long it serves on after SIGTERM, so that a gateway can look away.
const drain = 2 * time.Second

func main() {
	if len(os.Args) > 1 {
		os.Exit(healthcheck())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	server := &http.Server{Addr: ":" + os.Getenv("PORT"), Handler: http.HandlerFunc(answer), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		<-ctx.Done()
		server.SetKeepAlivesEnabled(false)
		time.Sleep(drain)
		_ = server.Shutdown(context.Background()) // ListenAndServe says the rest
	}()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
}

func answer(w http.ResponseWriter, r *http.Request) {
	n, _ := io.Copy(io.Discard, r.Body)
	host, _ := os.Hostname()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"name": os.Getenv("NAME"), "host": host, "method": r.Method, "target": r.RequestURI, "bytes": n})
}

func healthcheck() int {
	res, err := http.Get("http://127.0.0.1:" + os.Getenv("PORT") + "/")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	_ = res.Body.Close()
	return 0
}
