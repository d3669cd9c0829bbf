package demo

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// The flags that name an address.
const (
	flagPage  = "--listen"
	flagAWS   = "--aws-listen"
	flagSlack = "--slack-listen"
)

// AddressError is an address that was asked for and cannot be listened on.
type AddressError struct {
	Flag, Address string
	Reason        string
}

func (e AddressError) Error() string { return fmt.Sprintf("%s %s: %s", e.Flag, e.Address, e.Reason) }

func newServer(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
}

// listenLoopback refuses to show the demo to the network.
func listenLoopback(ctx context.Context, flag, address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, AddressError{flag, address, "this is no host and port, such as 127.0.0.1:5001"}
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, AddressError{flag, address, "the demo listens on loopback only, such as 127.0.0.1:5001"}
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, AddressError{flag, address, "nothing can listen there: " + err.Error()}
	}
	return listener, nil
}

// freeAddress is for the bot, which opens it by itself.
func freeAddress(ctx context.Context) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// usualPage is where the page is opened when nobody asks for another place,
// so that a bookmark of it stays near.
const usualPage = "127.0.0.1:4780"

// listenPage takes the usual place where it is free, and any other where not.
func listenPage(ctx context.Context, address string) (net.Listener, error) {
	if address != "" {
		return listenLoopback(ctx, flagPage, address)
	}
	if listener, err := listenLoopback(ctx, flagPage, usualPage); err == nil {
		return listener, nil
	}
	return listenLoopback(ctx, flagPage, "127.0.0.1:0")
}
