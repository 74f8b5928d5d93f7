// Package local is the engine of `azulejo up`: it installs, builds and starts
// the services of a system as processes of this machine, puts a development
// gateway before them, waits until all are ready, and stops every one of them
// when it is told to.
//
// It does not know what a pack or a language is (spec.Launch says how a service
// is run), starts no container, neither images nor externals, reads no
// environment of its own and never exits: streams, environment and the reasons
// to stop come in with Options. It writes nothing but stamps below the cache
// folder of a service.
//
// Only internal/cli may import it, and the test of scripts/demo, which needs an
// azulejo to try; it imports internal/spec, the registry and the config server that it plays, and the standard library.
//
// # The environment of a service
//
// Later layers win:
//
//  1. the spec's env;
//  2. what suits a developer's machine: SHUTDOWN_DRAIN_MS (0 with one instance,
//     else 2000) and SHUTDOWN_TIMEOUT_MS (3000);
//  3. the environment of the caller, so that `LOG_LEVEL=debug azulejo up` does
//     what it says, and which brings the secrets;
//  4. what only `up` can know: PORT, HOST, SERVICE_NAME, PWD, EUREKA_URL with
//     ADVERTISE_HOST, CONFIG_URL, and CALL_<NAME>_URL of every call to something
//     that the spec has and the registry does not.
package local
