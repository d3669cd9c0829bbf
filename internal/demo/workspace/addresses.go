package workspace

// addresses are where the bot listens over HTTP.
type addresses struct {
	commands, interactivity, events string
	verified                        bool // events has answered its challenge
}

// SetBaseURL tells the workspace its own address, scheme and host, for the
// response, upload and socket URLs it hands out.
func (s *Server) SetBaseURL(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.baseURL = url
}

// SetCommandURL tells where the bot listens for slash commands.
func (s *Server) SetCommandURL(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.urls.commands = url
}

// SetInteractivityURL tells where the bot listens for presses and modals.
func (s *Server) SetInteractivityURL(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.urls.interactivity = url
}

// SetEventsURL tells where the bot listens for events. Before the first one
// goes there, the address must answer a challenge, see VerifyEventsURL.
func (s *Server) SetEventsURL(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.urls.events, s.urls.verified = url, false
}
