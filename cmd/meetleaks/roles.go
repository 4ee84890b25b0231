package main

import (
	"slices"
	"strings"
)

// The roles of a process. Any number of processes on one Redis share each.
const (
	roleSchedule = "schedule" // looks what is due, keeps the store
	roleRead     = "read"     // reads sources
	roleAlert    = "alert"    // tells people
	roleConsole  = "console"  // console, API, hooks
)

func allRoles() []string { return []string{roleSchedule, roleRead, roleAlert, roleConsole} }

// roles are those of one process.
type roles []string

func (r roles) has(role string) bool { return slices.Contains(r, role) }

func parseRoles(list []string) (roles, error) {
	var out roles
	for _, role := range list {
		role = strings.TrimSpace(role)
		if !slices.Contains(allRoles(), role) {
			return nil, usage("", "--roles: unknown role %q: use %s", role, strings.Join(allRoles(), ", "))
		}
		if !out.has(role) {
			out = append(out, role)
		}
	}
	if len(out) == 0 {
		return nil, usage("", "--roles names none: use %s", strings.Join(allRoles(), ", "))
	}
	return out, nil
}
