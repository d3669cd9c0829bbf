package awsorg

// ParseRootEvent is parseRootEvent, to be fuzzed.
var ParseRootEvent = parseRootEvent
