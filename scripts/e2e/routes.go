package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// outside runs the externals of routes.hcl beside the system.
const outside = `services:
  monolith:
    image: azulejo-stub:e2e
    environment:
      - PORT=9000
      - NAME=monolith
  catalog:
    image: azulejo-stub:e2e
    environment:
      - PORT=9001
      - NAME=catalog
`

// routes holds the generated gateway to the table that the development gateway
// is held to in its own tests.
func (s *suite) routes(ctx context.Context) error {
	d := &deployment{s, filepath.Join(s.dir, "routes")}
	defer d.down()
	return s.step("routes: every request of testdata/routes.json goes where it does under azulejo up", func() error {
		if _, err := s.generate(ctx, filepath.Join(s.repo, "scripts/e2e/systems/routes.hcl"), "routes"); err != nil {
			return err
		}
		if err := d.stub(ctx); err != nil {
			return err
		}
		if err := d.write("compose.override.yaml", outside); err != nil {
			return err
		}
		if err := d.up(ctx); err != nil {
			return err
		}
		return d.askTable()
	})
}

type routeRequest struct {
	Target, Owner, Path string
	Status              int
}

func (d *deployment) askTable() error {
	b, err := os.ReadFile(filepath.Join(d.repo, "testdata/routes.json"))
	if err != nil {
		return err
	}
	var table struct{ Requests []routeRequest }
	if err := json.Unmarshal(b, &table); err != nil {
		return err
	}
	var errs []error
	for _, q := range table.Requests {
		if err := q.ask(); err != nil {
			errs = append(errs, fmt.Errorf("GET %s: %w", q.Target, err))
		}
	}
	d.note("%d requests, %d went elsewhere", len(table.Requests), len(errs))
	return errors.Join(errs...)
}

// ask sends the target as it stands: no client may clean it.
func (q routeRequest) ask() error {
	conn, err := net.DialTimeout("tcp", "127.0.0.1:8080", 5*time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second)) // a TCP connection has deadlines
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n", q.Target)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if q.Owner == "" {
		if kind := res.Header.Get("Content-Type"); res.StatusCode != q.Status || kind != "application/problem+json" {
			return fmt.Errorf("status %d as %s, want %d as problem+json", res.StatusCode, kind, q.Status)
		}
		return nil
	}
	var got struct{ Name, Target string }
	if err := json.Unmarshal(body, &got); err != nil || got.Name != q.Owner || got.Target != q.Path {
		return fmt.Errorf("%d %s, want %s %s", res.StatusCode, body, q.Owner, q.Path)
	}
	return nil
}
