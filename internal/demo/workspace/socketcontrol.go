package workspace

import (
	"slices"
	"time"
)

// RefreshSockets asks every connection to come again: each gets nothing new
// from now on, and is closed when it has not gone after ten seconds.
func (s *Server) RefreshSockets() { s.dismiss("refresh_requested") }

// RefreshSocket asks the oldest connection alone, as Slack asks them one after
// the other.
func (s *Server) RefreshSocket() { s.ask(s.oldestSocket(), "refresh_requested") }

// WarnSockets announces that connections will be refreshed soon; until then
// they get payloads as before.
func (s *Server) WarnSockets() {
	for _, k := range s.everySocket(false) {
		_ = k.send(disconnect("warning")) // one that has gone misses nothing
	}
}

// DropSockets cuts every connection without a word.
func (s *Server) DropSockets() {
	for _, k := range s.everySocket(true) {
		_ = k.conn.UnderlyingConn().Close() // it is as good as closed if that fails
	}
}

// DropSocket cuts the oldest connection without a word.
func (s *Server) DropSocket() {
	for _, k := range s.oldestSocket() {
		_ = k.conn.UnderlyingConn().Close() // it is as good as closed if that fails
	}
}

// DisableSocketMode switches Socket Mode off as in the app's settings: every
// connection ends with link_disabled, and no new one is to be had.
func (s *Server) DisableSocketMode() {
	s.mu.Lock()
	s.link.disabled = true
	s.mu.Unlock()
	s.dismiss("link_disabled")
}

// EnableSocketMode ends what DisableSocketMode began.
func (s *Server) EnableSocketMode() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.link.disabled = false
}

// RevokeAppToken has the app token refused with token_revoked, and cuts the
// connections that it has opened. SetAppToken ends that.
func (s *Server) RevokeAppToken() {
	s.mu.Lock()
	s.link.revoked = true
	s.mu.Unlock()
	s.DropSockets()
}

// SetAppToken has Socket Mode accept another token, and no longer the old one.
func (s *Server) SetAppToken(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secrets.app, s.link.revoked = token, false
}

// StopPings leaves connections half dead: nothing is pinged and no ping is
// answered, while payloads still arrive. ResumePings ends that.
func (s *Server) StopPings() { s.setDeaf(true) }

// ResumePings ends what StopPings began.
func (s *Server) ResumePings() { s.setDeaf(false) }

func (s *Server) setDeaf(deaf bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.link.deaf = deaf
}

// dismiss tells every connection why it has to go, and sees to it that it does.
func (s *Server) dismiss(reason string) { s.ask(s.everySocket(true), reason) }

func (s *Server) ask(sockets []*socket, reason string) {
	for _, k := range sockets {
		_ = k.send(disconnect(reason)) // one that has gone misses nothing
		time.AfterFunc(farewell, func() { _ = k.conn.Close() })
	}
}

// oldestSocket is the oldest connection that gets payloads, which gets no more.
func (s *Server) oldestSocket() []*socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	open := s.link.open()
	oldest := open[:min(1, len(open))]
	for _, k := range oldest {
		k.leaving = true
	}
	return oldest
}

// everySocket are the connections; with leaving they get nothing new.
func (s *Server) everySocket(leaving bool) []*socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.link.sockets {
		k.leaving = k.leaving || leaving
	}
	s.wake()
	return slices.Clone(s.link.sockets)
}
