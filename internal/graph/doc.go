// Package graph is the map of a system: who calls whom, and what the gateway
// routes to whom, as values and drawn as text, Mermaid, Graphviz and boxes.
//
// It does not judge what it draws (that is spec's), reads nothing and prints
// nothing. A spec in the making, with names that are missing or wrong, has a
// map too: the wizard draws one after each key.
package graph
