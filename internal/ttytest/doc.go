// Package ttytest runs a program on a pseudo terminal and reads the screen that
// a person would see: a real terminal emulator takes the output and answers the
// program's questions (colours, cursor, modes) as a modern terminal does.
//
// It is for tests and scripts: the binary does not link it. It needs Linux or
// macOS; elsewhere Start says that it cannot.
package ttytest
