package matchers

// All lists every platform, in alphabetical order of their names. To add one, add its line here; a test says what else it
// needs.
func All() []Platform {
	return []Platform{
		zoom(),
	}
}
