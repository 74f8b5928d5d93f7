package wizard

// Update is for the tests of what is exported.
var Update = update
