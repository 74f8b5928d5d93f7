// Package project is the disk: it reads what is there, plans what shall change
// as a value, and carries a plan out. It is the only package that writes users'
// files, and it writes nothing that the plan does not say.
//
// A unit is a folder with a lock of its own: each service, so that updating one
// never touches another. project does not decide what a file holds (generators)
// and does not print (cli).
package project
