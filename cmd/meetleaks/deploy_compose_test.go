package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"meetleaks/cmd/meetleaks/internal/config"
)

// This file keeps deploy/compose.yaml to its rules. The rules are pure functions over what was parsed, and a table of spoilt files
// shows that each can fail. deploy_serve_test.go starts what the file says.

const composeFile = "../../deploy/compose.yaml"

// composeSpec is compose.yaml as far as the rules ask.
type composeSpec struct {
	Services map[string]composeService          `yaml:"services"`
	Networks map[string]struct{ Internal bool } `yaml:"networks"`
	Secrets  map[string]struct{ File string }   `yaml:"secrets"`
	Volumes  map[string]any                     `yaml:"volumes"`
}

// composeService is one service.
type composeService struct {
	Image       string
	User        string
	Command     []string
	ReadOnly    bool     `yaml:"read_only"`
	CapDrop     []string `yaml:"cap_drop"`
	CapAdd      []string `yaml:"cap_add"`
	Privileged  bool
	SecurityOpt []string `yaml:"security_opt"`
	Tmpfs       []string
	MemLimit    string         `yaml:"mem_limit"`
	PidsLimit   int            `yaml:"pids_limit"`
	StopGrace   string         `yaml:"stop_grace_period"`
	Ulimits     map[string]int `yaml:"ulimits"`
	Environment map[string]string
	Secrets     []string
	Ports       []string
	Networks    []string
	Volumes     []string
	Profiles    []string
	Restart     string
	Deploy      struct{ Replicas int }
	DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
	Healthcheck struct{ Test []string }
}

func (s composeService) ours() bool { return s.Image == "meetleaks:local" }

// roles are those that a service is started with; nil when it does not serve.
func (s composeService) roles() []string {
	at := slices.Index(s.Command, "--roles")
	if at < 0 || at+1 >= len(s.Command) {
		return nil
	}
	return strings.Split(s.Command[at+1], ",")
}

func parseCompose(t *testing.T, text []byte) composeSpec {
	t.Helper()
	var spec composeSpec
	if err := yaml.Unmarshal(text, &spec); err != nil {
		t.Fatal(err)
	}
	return spec
}

func readDeployed(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// composeFaults are the rules.
func composeFaults(c composeSpec) []string {
	var faults []string
	for _, name := range slices.Sorted(maps.Keys(c.Services)) {
		s := c.Services[name]
		for _, fault := range slices.Concat(jailFaults(s), reachFaults(c, s)) {
			faults = append(faults, name+": "+fault)
		}
		if s.ours() {
			for _, fault := range slices.Concat(stopFaults(s), secretFaults(c, s)) {
				faults = append(faults, name+": "+fault)
			}
		}
	}
	return slices.Concat(faults, roleFaults(c), redisFaults(c))
}

// jailFaults: what breaks in may break nothing out.
func jailFaults(s composeService) []string {
	var faults []string
	user, _, _ := strings.Cut(s.User, ":")
	for fault, wrong := range map[string]bool{
		"its root can be written to":                       !s.ReadOnly,
		"it keeps capabilities":                            !slices.Equal(s.CapDrop, []string{"ALL"}) || len(s.CapAdd) > 0 || s.Privileged,
		"it may gain privileges":                           !slices.Contains(s.SecurityOpt, "no-new-privileges:true"),
		"it runs as root, or as a name that may be root's": user == "" || strings.Trim(user, "0123456789") != "" || strings.Trim(user, "0") == "",
		"its memory has no bound":                          s.MemLimit == "",
		"its processes have no bound":                      s.PidsLimit == 0,
		"it has no /tmp of its own with a bound":           len(s.Tmpfs) != 1 || !strings.HasPrefix(s.Tmpfs[0], "/tmp:") || !strings.Contains(s.Tmpfs[0], "size="),
	} {
		if wrong {
			faults = append(faults, fault)
		}
	}
	slices.Sort(faults)
	return faults
}

// reachFaults: the console is for this machine, Redis for the processes.
func reachFaults(c composeSpec, s composeService) []string {
	var faults []string
	for _, port := range s.Ports {
		if !strings.HasPrefix(port, "127.0.0.1:") {
			faults = append(faults, "the port "+port+" is published beyond this machine")
		}
	}
	if s.ours() {
		return faults
	}
	if len(s.Ports) > 0 {
		faults = append(faults, "it is published")
	}
	for _, network := range s.Networks {
		if !c.Networks[network].Internal {
			faults = append(faults, "it is on a network that leads outside")
		}
	}
	if len(s.Networks) == 0 {
		faults = append(faults, "it is on the default network, which leads outside")
	}
	return faults
}

// stopFaults: what is under way comes to its end.
func stopFaults(s composeService) []string {
	var faults []string
	if grace, err := time.ParseDuration(s.StopGrace); err != nil || grace < drainAll+5*time.Second {
		faults = append(faults, "it is killed before it has ended what is under way, which takes "+drainAll.String())
	}
	if s.Ulimits["core"] != 0 || !slices.Contains(slices.Collect(maps.Keys(s.Ulimits)), "core") {
		faults = append(faults, "it may write core dumps")
	}
	if s.DependsOn["redis"].Condition != "service_healthy" {
		faults = append(faults, "it does not wait for Redis")
	}
	return faults
}

// secretFaults: secrets come as files, and the environment names nothing that is not read.
func secretFaults(c composeSpec, s composeService) []string {
	var faults, env []string
	for name, value := range s.Environment {
		env = append(env, name+"="+value)
		file, isSecret := strings.CutPrefix(value, "/run/secrets/")
		switch _, known := c.Secrets[file]; {
		case !strings.HasPrefix(name, config.Prefix):
		case !strings.HasSuffix(name, "_FILE") || !isSecret:
			faults = append(faults, name+" is given in place")
		case !known:
			faults = append(faults, name+" names a secret that is not there")
		case !slices.Contains(s.Secrets, file):
			faults = append(faults, "it is not given the secret "+file)
		}
	}
	for _, name := range config.CheckEnv(env) {
		faults = append(faults, name+" is read by nobody")
	}
	for _, secret := range s.Secrets {
		if _, known := c.Secrets[secret]; !known {
			faults = append(faults, "the secret "+secret+" is not there")
		}
	}
	slices.Sort(faults)
	return faults
}

// roleFaults: all roles run, in processes that know the same.
func roleFaults(c composeSpec) []string {
	var faults, seen []string
	var first map[string]string
	for _, name := range slices.Sorted(maps.Keys(c.Services)) {
		s := c.Services[name]
		if !s.ours() {
			continue
		}
		if len(s.Profiles) == 0 {
			seen = append(seen, s.roles()...)
		}
		ours := maps.Clone(s.Environment)
		maps.DeleteFunc(ours, func(name, _ string) bool { return !strings.HasPrefix(name, config.Prefix) })
		if first == nil {
			first = ours
		}
		if !maps.Equal(first, ours) {
			faults = append(faults, name+": its configuration is not that of the others")
		}
	}
	slices.Sort(seen)
	want := slices.Sorted(slices.Values(allRoles()))
	if !slices.Equal(seen, want) {
		faults = append(faults, fmt.Sprintf("the roles are %v, want each once: %v", seen, want))
	}
	return faults
}

// redisFaults: what Redis must not lose, it does not.
func redisFaults(c composeSpec) []string {
	var faults []string
	redis := c.Services["redis"]
	command := strings.Join(redis.Command, " ")
	for _, part := range []string{"--appendonly yes", "--appendfsync everysec", "--maxmemory-policy noeviction", "--maxmemory "} {
		if !strings.Contains(command, part) {
			faults = append(faults, "redis: "+part+" is missing")
		}
	}
	if strings.Contains(command, "requirepass") || !strings.Contains(command, "--include /run/secrets/redis-auth") {
		faults = append(faults, "redis: its password does not come from a file")
	}
	if len(redis.Volumes) != 1 || !strings.HasSuffix(redis.Volumes[0], ":/data") || strings.ContainsAny(redis.Volumes[0][:1], "./") {
		faults = append(faults, "redis: its data lie in no named volume")
	}
	if len(redis.Healthcheck.Test) != 2 {
		faults = append(faults, "redis: nobody asks how it is")
	}
	if !strings.HasPrefix(redis.Image, "redis:7") {
		faults = append(faults, "redis: not Redis 7")
	}
	return faults
}

func TestComposeKeepsTheRules(t *testing.T) {
	for _, fault := range composeFaults(parseCompose(t, readDeployed(t, composeFile))) {
		t.Error(fault)
	}
}

func TestSpoiltComposeIsSeen(t *testing.T) {
	text := string(readDeployed(t, composeFile))
	for _, c := range []struct{ from, to, fault string }{
		{"read_only: true", "read_only: false", "its root can be written to"},
		{"cap_drop: [ALL]", "cap_drop: [NET_RAW]", "it keeps capabilities"},
		{"no-new-privileges:true", "seccomp:unconfined", "it may gain privileges"},
		{`user: "65532:65532"`, `user: "0:65532"`, "it runs as root"},
		{`user: "999:999"`, `user: "redis"`, "it runs as root"},
		{"mem_limit: 2g", "cpus: 2", "its memory has no bound"},
		{"/tmp:mode=1777,size=512m", "/tmp:mode=1777", "no /tmp of its own"},
		{"pids_limit: 64", "cpus: 1", "its processes have no bound"},
		{"127.0.0.1:8470:8470", "8470:8470", "published beyond this machine"},
		{"networks: [store]\n", "networks: [store, out]\n", "leads outside"},
		{"store: {internal: true}", "store: {}", "leads outside"},
		{"stop_grace_period: 45s", "stop_grace_period: 30s", "killed before it has ended"},
		{"core: 0, ", "", "core dumps"},
		{"{condition: service_healthy}", "{condition: service_started}", "does not wait for Redis"},
		{"MEETLEAKS_STORE_FILE: /run/secrets/store-url", "MEETLEAKS_STORE: redis://redis:6379/0", "given in place"},
		{"/run/secrets/store-url", "/run/secrets/store", "a secret that is not there"},
		{"MEETLEAKS_CONSOLE_TOKEN_FILE", "MEETLEAKS_TOKEN_FILE", "read by nobody"},
		{"secrets: [store-url, ", "secrets: [", "is not given the secret store-url"},
		{"      <<: *environment\n", "      MEETLEAKS_CONSOLE_TOKEN_FILE: /run/secrets/console-token\n", "not that of the others"},
		{`"schedule,console"`, `"console"`, "want each once"},
		{`"--roles", "alert"`, `"--roles", "alert,read"`, "want each once"},
		{"noeviction", "allkeys-lru", "--maxmemory-policy noeviction is missing"},
		{"--appendonly\n      - \"yes\"", "--appendonly\n      - \"no\"", "--appendonly yes is missing"},
		{"- --include\n      - /run/secrets/redis-auth", "- --requirepass\n      - Zk1FaWx5", "does not come from a file"},
		{"redis:/data", "./redis:/data", "no named volume"},
		{"redis:7.2", "redis:6.2", "not Redis 7"},
	} {
		if !strings.Contains(text, c.from) {
			t.Errorf("nothing to spoil: %q", c.from)
			continue
		}
		faults := composeFaults(parseCompose(t, []byte(strings.ReplaceAll(text, c.from, c.to))))
		if !strings.Contains(strings.Join(faults, "\n"), c.fault) {
			t.Errorf("%q instead of %q is not seen: %q", c.to, c.from, faults)
		}
	}
}

// What lies beside compose.yaml is a configuration without mistakes, under the environment of each service.
func TestComposeConfigurationLoads(t *testing.T) {
	spec := parseCompose(t, readDeployed(t, composeFile))
	for name, s := range spec.Services {
		if !s.ours() {
			continue
		}
		var env []string
		for key, value := range s.Environment {
			env = append(env, key+"="+value)
		}
		if !slices.Contains(s.Volumes, "./compose:/etc/meetleaks:ro") {
			t.Errorf("%s: the configuration is not where it is looked for: %q", name, s.Volumes)
		}
		loaded, err := config.Load("../../deploy/compose/meetleaks.yaml", env)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if loaded.Alerts.Mode != "observe" || len(loaded.Sources) == 0 || len(loaded.Organisations) == 0 {
			t.Errorf("%s: it does not begin by observing a source: %+v", name, loaded.Alerts)
		}
		if loaded.Console.Listen != "0.0.0.0:8470" || loaded.Public.Listen != "0.0.0.0:8471" {
			t.Errorf("%s: it listens on %s and %s, which compose.yaml does not publish", name, loaded.Console.Listen, loaded.Public.Listen)
		}
	}
}

// Alert rules ask for figures that there are.
func TestPrometheusRulesAskForWhatThereIs(t *testing.T) {
	var rules struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr string
				Labels      map[string]string
				Annotations map[string]string
			}
		}
	}
	text := readDeployed(t, "../../deploy/prometheus-rules.yaml")
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&rules); err != nil || len(rules.Groups) != 1 {
		t.Fatalf("%d groups, %v", len(rules.Groups), err)
	}
	known := knownMetrics(t)
	if len(rules.Groups[0].Rules) < 5 {
		t.Errorf("%d rules", len(rules.Groups[0].Rules))
	}
	for _, r := range rules.Groups[0].Rules {
		names := metricName().FindAllString(r.Expr, -1)
		if len(names) == 0 || r.Annotations["summary"] == "" || r.Annotations["description"] == "" || r.Labels["severity"] == "" {
			t.Errorf("%s: it asks for nothing or says nothing", r.Alert)
		}
		for _, name := range names {
			if !known[name] {
				t.Errorf("%s: there is no %s", r.Alert, name)
			}
		}
	}
}
