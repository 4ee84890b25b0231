package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// This file keeps deploy/Dockerfile and deploy/systemd to their rules, by reading them.

// instruction is one of a Dockerfile.
type instruction struct{ name, rest string }

func parseDockerfile(text string) []instruction {
	var list []instruction
	joined := strings.ReplaceAll(text, "\\\n", " ")
	for line := range strings.Lines(joined) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, rest, _ := strings.Cut(line, " ")
		list = append(list, instruction{strings.ToUpper(name), strings.TrimSpace(rest)})
	}
	return list
}

// stages divides at FROM.
func stages(list []instruction) [][]instruction {
	var out [][]instruction
	for _, i := range list {
		if i.name == "FROM" {
			out = append(out, nil)
		}
		if len(out) > 0 {
			out[len(out)-1] = append(out[len(out)-1], i)
		}
	}
	return out
}

func rests(stage []instruction, name string) []string {
	var out []string
	for _, i := range stage {
		if i.name == name {
			out = append(out, i.rest)
		}
	}
	return out
}

// dockerfileFaults are the rules.
func dockerfileFaults(text string) []string {
	all := stages(parseDockerfile(text))
	if len(all) != 2 {
		return []string{"want two stages: what builds, and what is shipped"}
	}
	var faults []string
	build, last := strings.Join(rests(all[0], "RUN"), "\n"), all[1]
	for part, fault := range map[string]string{
		"CGO_ENABLED=0": "the program is not static", "-trimpath": "the builder's folders are in the program",
		"main.stamped=$VERSION": "the program does not know its version",
	} {
		if !strings.Contains(build, part) {
			faults = append(faults, fault)
		}
	}
	if from := rests(last, "FROM"); from[0] != "scratch" {
		faults = append(faults, "there is more in the image than the program: "+from[0])
	}
	if len(rests(last, "RUN")) > 0 {
		faults = append(faults, "something runs in an image without a shell")
	}
	user := strings.Join(rests(last, "USER"), " ")
	if !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(user) {
		faults = append(faults, "the user is root, or a name that orchestrators cannot judge: "+user)
	}
	copied := strings.Join(rests(last, "COPY"), "\n")
	for _, part := range []string{"ca-certificates.crt", "--chown=" + user + " /out/data /data", "/out/tmp /tmp"} {
		if !strings.Contains(copied, part) {
			faults = append(faults, part+" is not in the image")
		}
	}
	for _, env := range rests(last, "ENV") {
		if strings.Contains(env, "MEETLEAKS_") {
			faults = append(faults, "the image sets what would override the operator's file: "+env)
		}
	}
	if !slices.Equal(rests(last, "ENTRYPOINT"), []string{`["/meetleaks"]`}) || !slices.Equal(rests(last, "CMD"), []string{`["serve"]`}) {
		faults = append(faults, "it does not start the program and nothing else")
	}
	if !slices.Equal(rests(last, "STOPSIGNAL"), []string{"SIGTERM"}) || !slices.Equal(rests(last, "VOLUME"), []string{`["/data"]`}) {
		faults = append(faults, "it does not end in order, or its store goes with the container")
	}
	if !strings.Contains(strings.Join(rests(last, "ENV"), " "), "XDG_DATA_HOME=/data") {
		faults = append(faults, "the embedded store is not on the volume")
	}
	return faults
}

func TestDockerfileKeepsTheRules(t *testing.T) {
	text := string(readDeployed(t, "../../deploy/Dockerfile"))
	for _, fault := range dockerfileFaults(text) {
		t.Error(fault)
	}
	for _, c := range []struct{ from, to, fault string }{
		{"CGO_ENABLED=0 ", "", "not static"},
		{"-trimpath ", "", "folders"},
		{"main.stamped", "main.version", "its version"},
		{"FROM scratch", "FROM debian:12", "more in the image"},
		{"USER 65532:65532", "USER meetleaks", "root"},
		{"USER 65532:65532", "USER 0:0", "root"},
		{"--chown=65532:65532 ", "", "/data is not in the image"},
		{"ENV XDG_DATA_HOME=/data", "ENV MEETLEAKS_STORE=sqlite:/data/x", "override"},
		{`CMD ["serve"]`, "CMD serve", "nothing else"},
		{"STOPSIGNAL SIGTERM", "STOPSIGNAL SIGKILL", "end in order"},
		{"ENTRYPOINT", "RUN chmod 700 /data\nENTRYPOINT", "without a shell"},
	} {
		faults := dockerfileFaults(strings.Replace(text, c.from, c.to, 1))
		if !strings.Contains(text, c.from) || !strings.Contains(strings.Join(faults, "\n"), c.fault) {
			t.Errorf("%q instead of %q is not seen: %q", c.to, c.from, faults)
		}
	}
	goMod := string(readDeployed(t, "../../go.mod"))
	if want := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(goMod); len(want) != 2 || !strings.Contains(text, "FROM golang:"+want[1]+"-") {
		t.Errorf("it is not built with the Go of go.mod: %q", want)
	}
}

// The builder gets every file that the program is made of: Dockerfile.dockerignore leaves none of them out, and each is copied.
func TestImageHasAllSources(t *testing.T) {
	var copied []string
	for _, rest := range rests(stages(parseDockerfile(string(readDeployed(t, "../../deploy/Dockerfile"))))[0], "COPY") {
		from := strings.Fields(rest)
		copied = append(copied, from[:len(from)-1]...)
	}
	ignored := dockerIgnore(string(readDeployed(t, "../../deploy/Dockerfile.dockerignore")))
	for _, file := range programFiles(t) {
		top, _, _ := strings.Cut(file, "/")
		if !slices.Contains(copied, top) {
			t.Errorf("%s is not copied to the builder", file)
		}
		if ignored(file) {
			t.Errorf("%s is left out by Dockerfile.dockerignore", file)
		}
	}
	for _, secret := range []string{"deploy/secrets/master-key", ".git/config", "meetleaks.db", "deploy/compose/meetleaks.yaml"} {
		if !ignored(secret) {
			t.Errorf("%s goes to the builder", secret)
		}
	}
}

// dockerIgnore reads the few forms that ours has: the last line that fits decides.
func dockerIgnore(text string) func(file string) bool {
	return func(file string) bool {
		out := false
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			pattern, keep := strings.CutPrefix(line, "!")
			if line == "" || strings.HasPrefix(line, "#") || !ignoreFits(pattern, file) {
				continue
			}
			out = !keep
		}
		return out
	}
}

func ignoreFits(pattern, file string) bool {
	if rest, anywhere := strings.CutPrefix(pattern, "**/"); anywhere {
		return slices.ContainsFunc(strings.Split(file, "/"), func(part string) bool { fits, _ := path.Match(rest, part); return fits })
	}
	top, _, _ := strings.Cut(file, "/")
	fits, _ := path.Match(pattern, top)
	return fits
}

// programFiles lists what the program is compiled of, from the top of the repository.
func programFiles(t *testing.T) []string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-e", "-deps", "-json=Dir,Module,GoFiles,EmbedFiles", "./cmd/meetleaks")
	list.Dir = "../.."
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	top, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	files := []string{"go.mod", "go.sum"}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			Dir                 string
			Module              *struct{ Main bool }
			GoFiles, EmbedFiles []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if p.Module == nil || !p.Module.Main {
			continue
		}
		for _, name := range slices.Concat(p.GoFiles, p.EmbedFiles) {
			file, err := filepath.Rel(top, filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, filepath.ToSlash(file))
		}
	}
	if len(files) < 100 {
		t.Fatalf("the program is made of %d files", len(files))
	}
	return files
}

// unit is the settings of a unit's sections: "Service.User". A setting that is given again is added.
type unit map[string][]string

func parseUnit(text string) unit {
	u, section := unit{}, ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";"):
		case strings.HasPrefix(line, "["):
			section = strings.Trim(line, "[]")
		default:
			name, value, _ := strings.Cut(line, "=")
			u[section+"."+name] = append(u[section+"."+name], value)
		}
	}
	return u
}

// unitFaults are the rules of units that start the program.
func unitFaults(u unit) []string {
	var faults []string
	for name, want := range map[string]string{
		"NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "AmbientCapabilities": "", "ProtectSystem": "strict", "ProtectHome": "yes",
		"PrivateTmp": "yes", "PrivateDevices": "yes", "ProtectProc": "invisible", "ProtectKernelTunables": "yes", "ProtectKernelModules": "yes",
		"ProtectKernelLogs": "yes", "ProtectControlGroups": "yes", "ProtectClock": "yes", "ProtectHostname": "yes", "RestrictNamespaces": "yes",
		"RestrictRealtime": "yes", "RestrictSUIDSGID": "yes", "LockPersonality": "yes", "MemoryDenyWriteExecute": "yes",
		"SystemCallArchitectures": "native", "LimitCORE": "0", "UMask": "0077", "StateDirectoryMode": "0700", "User": "meetleaks",
	} {
		if got := u["Service."+name]; !slices.Equal(got, []string{want}) {
			faults = append(faults, name+" is "+strings.Join(got, " ")+", want "+want)
		}
	}
	if got := u["Service.SystemCallFilter"]; !slices.Equal(got, []string{"@system-service", "~@privileged"}) {
		faults = append(faults, "system calls: "+strings.Join(got, " ")+" (a reader of PDFs needs setrlimit, of @resources)")
	}
	if len(u["Service.ProcSubset"]) > 0 {
		faults = append(faults, "ProcSubset hides the boot id, by which the service knows that the machine lost its power")
	}
	for _, env := range u["Service.Environment"] {
		if name, value, _ := strings.Cut(env, "="); strings.HasPrefix(name, "MEETLEAKS_") && (!strings.HasSuffix(name, "_FILE") || !strings.HasPrefix(value, "%d/")) {
			faults = append(faults, name+" is no credential")
		}
	}
	return faults
}

// serviceFaults are those of the service itself.
func serviceFaults(u unit) []string {
	var faults []string
	stop, err := strconv.Atoi(strings.Join(u["Service.TimeoutStopSec"], ""))
	if err != nil || time.Duration(stop)*time.Second < drainAll+5*time.Second {
		faults = append(faults, "it is killed before it has ended what is under way")
	}
	for name, want := range map[string]string{
		"Restart": "on-failure", "RestartPreventExitStatus": strconv.Itoa(exitUsage), "KillMode": "mixed", "StateDirectory": "meetleaks",
		"RestrictAddressFamilies": "AF_INET AF_INET6",
	} {
		if got := strings.Join(u["Service."+name], " "); got != want {
			faults = append(faults, name+" is "+got+", want "+want)
		}
	}
	loaded := map[string]bool{}
	for _, credential := range u["Service.LoadCredential"] {
		name, _, _ := strings.Cut(credential, ":")
		loaded["%d/"+name] = true
	}
	for _, env := range u["Service.Environment"] {
		if _, value, _ := strings.Cut(env, "="); !loaded[value] {
			faults = append(faults, env+": nothing puts that credential there")
		}
	}
	return faults
}

const unitFolder = "../../deploy/systemd"

func TestUnitsKeepTheRules(t *testing.T) {
	service := string(readDeployed(t, unitFolder+"/meetleaks.service"))
	all := func(text string) string {
		u := parseUnit(text)
		return strings.Join(slices.Concat(unitFaults(u), serviceFaults(u)), "\n")
	}
	if faults := all(service); faults != "" {
		t.Error(faults)
	}
	if faults := unitFaults(parseUnit(string(readDeployed(t, unitFolder+"/meetleaks-backup.service")))); len(faults) > 0 {
		t.Error(faults)
	}
	for _, c := range []struct{ from, to, fault string }{
		{"NoNewPrivileges=yes", "NoNewPrivileges=no", "NoNewPrivileges"},
		{"CapabilityBoundingSet=", "CapabilityBoundingSet=CAP_CHOWN", "CapabilityBoundingSet"},
		{"~@privileged", "~@privileged @resources", "setrlimit"},
		{"LimitCORE=0", "ProcSubset=pid", "boot id"},
		{"TimeoutStopSec=45", "TimeoutStopSec=20", "under way"},
		{"KillMode=mixed", "KillMode=process", "KillMode"},
		{"RestartPreventExitStatus=2", "RestartPreventExitStatus=3", "RestartPrevent"},
		{"=%d/master.key", "=/etc/meetleaks/master.key", "no credential"},
		{"LoadCredential=console-token:", "LoadCredential=token:", "nothing puts that credential there"},
	} {
		if faults := all(strings.Replace(service, c.from, c.to, 1)); !strings.Contains(service, c.from) || !strings.Contains(faults, c.fault) {
			t.Errorf("%q instead of %q is not seen: %q", c.to, c.from, faults)
		}
	}
	for _, env := range parseUnit(strings.ReplaceAll(service, "\n#", "\n"))["Service.Environment"] {
		if a := (&app{env: []string{env}}); a.checkEnv() != nil {
			t.Errorf("%s is read by nobody", env)
		}
	}
}

// Commands of units are commands of the program, with flags that there are.
func TestUnitsStartWhatThereIs(t *testing.T) {
	for _, name := range []string{"meetleaks.service", "meetleaks-backup.service"} {
		start := strings.Join(parseUnit(string(readDeployed(t, unitFolder+"/"+name)))["Service.ExecStart"], " ")
		if _, inShell, ok := strings.Cut(start, "/bin/sh -c '"); ok {
			start = strings.TrimSuffix(inShell, "'")
		}
		calls := ownCommands(start)
		if len(calls) != 1 || !strings.Contains(start, "/usr/local/bin/meetleaks ") {
			t.Errorf("%s starts %q", name, start)
			continue
		}
		if err := checkCommand(calls[0]); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Where systemd is, it judges the units too.
func TestUnitsPleaseSystemd(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		return // the rules above were kept all the same
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	names, err := filepath.Glob(unitFolder + "/meetleaks*.[st]*")
	if err != nil || len(names) < 3 {
		t.Fatalf("%q, %v", names, err)
	}
	args := []string{"verify", "--man=no"}
	for _, name := range names {
		if strings.HasSuffix(name, ".sysusers") {
			continue
		}
		text := strings.ReplaceAll(string(readDeployed(t, name)), "/usr/local/bin/meetleaks", self)
		to := filepath.Join(folder, filepath.Base(name))
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, to)
	}
	if out, err := exec.CommandContext(t.Context(), analyze, args...).CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != "" {
		t.Errorf("systemd-analyze: %v\n%s", err, out)
	}
}
