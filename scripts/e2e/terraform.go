package main

import "context"

func terraformSuite(context.Context, *suite) error { return nil }
