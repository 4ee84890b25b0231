// Package config reads, checks and shows the one configuration of meetleaks: defaults, then the YAML file, then the
// environment.
//
// It promises: every mistake is reported at once, with its line; unknown keys and unknown MEETLEAKS_* names are mistakes;
// no secret file is opened before [Secret.Read] asks for it; no secret and no clear meeting id is ever printed, also not by
// a mistake's text.
//
// # How it works
//
// The structs of config.go are the schema. decode.go walks a yaml.Node beside them and notes for each path where it
// came from; env.go walks the same structs for the environment's names; validate.go judges the result; show.go prints it.
package config
