// Package configserver answers as a Spring Cloud Config server does that reads a
// folder (its "native" backend): GET /{application}/{profile}, in JSON.
//
// It reads the folder anew for each request, so that who edits a file and starts a
// service again sees what is there. It knows YAML and .properties, one document a
// file, and neither labels, encryption nor placeholders.
//
// It opens no port. It imports the standard library and a YAML parser; internal/local
// runs it for a system on a developer's machine. It must not know what a service is.
package configserver
