package store

// Explain is tested on errors that a test that runs as root cannot bring about.
var Explain = explain
