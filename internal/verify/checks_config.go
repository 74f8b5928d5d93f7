package verify

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// precedence is C03: environment, then config server, then default.
func precedence(ctx context.Context, b *bench) (string, error) {
	const timeoutMS, defaultTimeout = 400, 10 * time.Second // how exactly it is kept is for C25
	server, err := startConfigServer(300*time.Millisecond,
		configSource{"verify.greeting": "specific", "verify.both": "server", "request.timeout.ms": timeoutMS},
		configSource{"verify.greeting": "general", "verify.general": "general", "max.body.bytes": "500"},
	)
	if err != nil {
		return "", err
	}
	b.keep(server)
	s := b.common(b.steady)
	s["CONFIG_URL"], s["PROFILE"], s["VERIFY_BOTH"], s["MAX_BODY_BYTES"] = server.env(), "verify", "environment", "65536"
	in, leave, err := b.own(ctx, s)
	if err != nil {
		return "", err
	}
	defer leave()
	var f findings
	asked := strings.Join(server.paths(), ", ")
	f.want(strings.HasSuffix(asked, "/verify") && strings.HasPrefix(asked, "/config/"+b.target.Launch.Service), "the config server was asked for %q, want {CONFIG_URL}/{SERVICE_NAME}/{PROFILE}", asked)
	for key, want := range map[string]string{"verify.greeting": "specific", "verify.general": "general", "verify.both": "environment"} {
		a, err := in.get(ctx, "/_contract/config/"+key)
		f.want(err == nil && a.json()["value"] == want, "%s: %d %v %v, want %q", key, a.status, a.json()["value"], err, want)
	}
	a, err := in.get(ctx, "/_contract/slow?ms=20000")
	f.want(err == nil && a.status == http.StatusServiceUnavailable && a.took < defaultTimeout/2,
		"request.timeout.ms=%d from the config server: %d %v after %s, want 503 then", timeoutMS, a.status, err, a.took)
	body, err := in.postFresh(ctx, echoPath, `{"message":"`+strings.Repeat("x", 900)+`"}`, false)
	f.want(err == nil && body.status == http.StatusOK, "max.body.bytes=500 from the config server, MAX_BODY_BYTES=65536: a body of 900 bytes is %d %v, want 200", body.status, err)
	return "environment over config server over default; the first source wins", f.err()
}

// deadConfig is C04.
func deadConfig(ctx context.Context, b *bench) (string, error) {
	const wrong = "soon7391"
	var f findings
	for _, row := range []struct {
		what   string
		server *configServer
		down   bool
		names  string
		secret string // what the log must not show, "" for the URL
	}{
		{what: "no config server", server: &configServer{}, down: true, names: "CONFIG_URL"},
		{what: "a config server that answers 500", server: &configServer{status: 500}, names: "CONFIG_URL"},
		{what: "a config server that answers no JSON", server: &configServer{status: 200, garbage: true}, names: "CONFIG_URL"},
		{what: "a config server that never answers", server: &configServer{status: 200, delay: time.Minute}, names: "CONFIG_URL"},
		{what: "a value of the wrong type", server: &configServer{status: 200, sources: []configSource{{"request.timeout.ms": wrong}}}, names: "REQUEST_TIMEOUT_MS", secret: wrong},
	} {
		server := row.server
		if err := server.start(server); err != nil {
			return "", err
		}
		b.keep(server)
		if row.down {
			server.down()
		}
		secret := row.secret
		if secret == "" {
			secret = server.addr
		}
		_, err := b.refuseWith(ctx, map[string]string{"CONFIG_URL": server.env()}, map[string]string{row.names: secret})
		f.want(err == nil, "%s: %v", row.what, err)
	}
	return "refuses to start, and names the variable", f.err()
}
