package storetest

import (
	"rootwatch/checks/account"
	"rootwatch/schedule"
)

func (s *suite[Tx]) directory() []account.Account {
	s.Helper()
	all, err := s.m.Directory(s.Context())
	return get(s, all, err)
}

// sweep is a run that lists accounts.
func (s *suite[Tx]) sweep(run string, whole bool, accounts []account.Account) {
	s.Helper()
	s.create(schedule.Run{ID: run, All: true})
	s.add(run, accounts)
	s.listed(run, whole)
}

func directoryPruned[Tx any](s *suite[Tx]) {
	all := some()
	s.create(schedule.Run{ID: "elsewhere", Scope: other})
	s.add("elsewhere", all[2:])
	foreign := all[2]
	foreign.Scope = other

	s.sweep("first", true, []account.Account{all[2], all[0], all[1]})
	same(s, "by scope and id", s.directory(), append(all[:3:3], foreign))
	s.sweep("broken", false, all[:1])
	same(s, "a list that broke off", s.directory(), append(all[:3:3], foreign))
	s.sweep("second", true, all[1:])
	same(s, "a whole list, of its own organization", s.directory(), append(all[1:3:3], foreign))
	s.listed("second", true)
	same(s, "again", s.directory(), append(all[1:3:3], foreign))
}

func directoryNewerRun[Tx any](s *suite[Tx]) {
	all := some()
	s.create(schedule.Run{ID: "slow", All: true})
	s.add("slow", all[:1])
	s.create(schedule.Run{ID: "between", All: true})
	s.sweep("fast", true, all) // began later, ended sooner, and saw a new account
	s.add("slow", all[1:2])    // late, which is no newer sight of it
	s.listed("slow", true)
	same(s, "after the slow one", s.directory(), all)
	s.add("between", all[:1])
	s.listed("between", true)
	same(s, "after the one between", s.directory(), all)
}

func directoryEmptyList[Tx any](s *suite[Tx]) {
	s.sweep("first", true, some())
	s.sweep("empty", true, nil)
	same(s, "directory", s.directory(), some())
}

func directoryKeeps[Tx any](s *suite[Tx]) {
	all := some()[:1]
	s.sweep("first", true, all)
	s.sweep("sparse", false, []account.Account{{Scope: acme, ID: all[0].ID}})
	same(s, "what is empty wipes nothing", s.directory(), all)
	all[0].Name, all[0].State = "renamed", account.Suspended
	s.sweep("second", true, all)
	same(s, "what is new is taken", s.directory(), all)
}
