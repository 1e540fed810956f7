package provider

import (
	"fmt"
	"strconv"
)

// Flag reads a yes-or-no setting: "true" or "false". Error: it is something else.
func (a Account) Flag(name string, fallback bool) (bool, error) {
	text, ok := a.Settings[name]
	if !ok {
		return fallback, nil
	}
	switch text {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fmt.Errorf("setting %q must be true or false", name)
}

// Count reads a whole number ≥ 0. Error: it is something else.
func (a Account) Count(name string, fallback int64) (int64, error) {
	text, ok := a.Settings[name]
	if !ok {
		return fallback, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("setting %q must be a whole number, zero or more", name)
	}
	return n, nil
}

// Need reads a credential. Error: it is missing; the message names it and shows no value.
func (a Account) Need(name string) (string, error) {
	value := a.Credentials[name]
	if value == "" {
		return "", fmt.Errorf("credential %q is missing", name)
	}
	return value, nil
}
