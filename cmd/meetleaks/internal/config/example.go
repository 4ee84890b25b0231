package config

import _ "embed"

// Example is a commented configuration, the text of deploy/config.example.yaml, that begins with what is free.
//
//go:embed example.yaml
var Example string
