package app

import (
	"context"
	"errors"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/schedule"
)

// member is the account that was meant, as AWS lists it: of the stored
// directory, or where that lacks it of a fresh list.
func (a *App) member(ctx context.Context, t bot.Target) (account.Account, error) {
	directory, err := a.Directory(ctx)
	if err != nil {
		return account.Account{}, err
	}
	if found, ok := listed(directory, t); ok {
		return found, nil
	}
	unlisted := a.learn(ctx)
	if directory, err = a.Directory(ctx); err != nil {
		return account.Account{}, err
	}
	if found, ok := listed(directory, t); ok {
		return found, nil
	}
	return account.Account{}, Problem{Unreadable, errors.Join(a.stranger(t.ID), unlisted)}
}

// stranger says that no organization has the account, in the same words in
// every command.
func (a *App) stranger(id account.ID) error {
	var names []string
	for _, scope := range a.scopes() {
		names = append(names, scope.Organization)
	}
	return errors.New(schedule.NotListed(id, names...))
}
