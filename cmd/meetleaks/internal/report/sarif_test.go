package report

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"meetleaks/scanner"
)

// sarifValidator compiles the OASIS schema (testdata/sarif/README.md).
func sarifValidator(t *testing.T) func(log string) error {
	t.Helper()
	file, err := os.Open("testdata/sarif/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	doc, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource(sarifSchema, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(sarifSchema)
	if err != nil {
		t.Fatal(err)
	}
	return func(log string) error {
		instance, err := jsonschema.UnmarshalJSON(strings.NewReader(log))
		if err != nil {
			return err
		}
		return schema.Validate(instance)
	}
}

func TestSARIFIsValid(t *testing.T) {
	validate := sarifValidator(t)
	hostile := sample()[0]
	hostile.Places = []scanner.Place{{URI: "a b\\c%:[x]{}|é\x1b.md"}, {URI: ":x"}, {URI: "-"}, {}, {URI: "https://[bad/%zz"}}
	hostile.Link.Secrets = nil
	many := sampleSummary()
	for i := range maxNotifications + 5 {
		many.Skipped = append(many.Skipped, scanner.Skip{URI: fmt.Sprintf("f%d", i), Reason: "gone", Cause: scanner.Failure})
	}
	bare := testOptions()
	bare.Version, bare.StableKey = "", true
	runs := map[string]string{
		"sample":  render(t, "sarif", testOptions(), sampleSummary(), sample()...),
		"empty":   render(t, "sarif", Options{}, Summary{}),
		"hostile": render(t, "sarif", bare, many, hostile),
		"bare":    render(t, "sarif", testOptions(), Summary{}, scanner.Finding{}),
	}
	for name, log := range runs {
		if err := validate(log); err != nil {
			t.Errorf("%s does not validate: %v\n%s", name, err, log)
		}
	}
	if validate(`{"version":"2.1.0","runs":[{"results":[]}]}`) == nil || validate(`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"level":"bad","message":{"text":"x"}}]}]}`) == nil {
		t.Error("the validator accepts broken logs")
	}
}

// sarifLog is what the tests read of a log.
type sarifLog struct {
	Runs []struct {
		Tool    struct{ Driver sarifDriver }
		Results []sarifResult
	}
}

func readSARIF(t *testing.T, log string) sarifLog {
	t.Helper()
	var read sarifLog
	if err := json.Unmarshal([]byte(log), &read); err != nil {
		t.Fatal(err)
	}
	return read
}

func TestSARIFRules(t *testing.T) {
	run := readSARIF(t, render(t, "sarif", testOptions(), sampleSummary(), append(sample(), sample()...)...)).Runs[0]
	if len(run.Tool.Driver.Rules) != 6 || len(run.Results) != 12 {
		t.Fatalf("%d rules, %d results", len(run.Tool.Driver.Rules), len(run.Results))
	}
	seen := map[string]bool{}
	for _, result := range run.Results {
		if run.Tool.Driver.Rules[result.RuleIndex].ID != result.RuleID {
			t.Errorf("result of %s points to %s", result.RuleID, run.Tool.Driver.Rules[result.RuleIndex].ID)
		}
		if result.Fingerprints["meetleaksKey/v1"] != "" {
			t.Error("a key that ends with the run is given as a fingerprint")
		}
		mark := result.Fingerprints["meetleaksPlace/v1"]
		if mark == "" || seen[mark] {
			t.Errorf("fingerprint %q is missing or used twice", mark)
		}
		seen[mark] = true
	}
	if got := run.Results[0].RuleID; got != "zoom/meeting/B" {
		t.Errorf("rule %q", got)
	}
	if result := run.Results[0]; len(result.Locations) != 1 || len(result.Related) != 1 || result.Locations[0].Physical.Region.StartColumn != 17 {
		t.Errorf("places are lost: %+v", result)
	}
}

// Fingerprints of places do not depend on the key of the run; those of the meeting come with a lasting key.
func TestSARIFFingerprintsLast(t *testing.T) {
	other := testOptions()
	other.Key, other.StableKey = []byte("another key"), true
	a := readSARIF(t, render(t, "sarif", testOptions(), sampleSummary(), sample()...)).Runs[0].Results[0].Fingerprints
	b := readSARIF(t, render(t, "sarif", other, sampleSummary(), sample()...)).Runs[0].Results[0].Fingerprints
	if a["meetleaksPlace/v1"] != b["meetleaksPlace/v1"] || !strings.HasPrefix(b["meetleaksKey/v1"], "mk1:") {
		t.Errorf("%v, %v", a, b)
	}
}

func TestArtifactURI(t *testing.T) {
	for place, want := range map[string]string{
		"docs/agenda.md":                       "docs/agenda.md",
		"docs/a b#1?.md":                       "docs/a%20b%231%3F.md",
		"/srv/wiki/x.md":                       "file:///srv/wiki/x.md",
		"a:b/c.md":                             "./a:b/c.md",
		"-":                                    "stdin",
		"https://globex.example/a%20b?x=1#top": "https://globex.example/a%20b?x=1#top",
		"a.zip!b.eml!body":                     "a.zip%21b.eml%21body",
	} {
		if got := artifactURI(place); got != want {
			t.Errorf("%q is %q, want %q", place, got, want)
		}
	}
}
