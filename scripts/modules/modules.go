// Package modules says which modules the binary is made of, and under which licences.
package modules

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Platforms are those that a release is built for.
var Platforms = []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64"}

// A Module is one module that is linked into the binary on some platform.
type Module struct {
	Path    string
	Version string
	Sum     string // of go.sum; "" for Go itself
	Licence string // SPDX identifier
	Text    string // the licence file, as the module carries it
}

// Of lists the modules that the package's binary is made of on any of the
// platforms, by path, with Go's own library first.
func Of(pkg string, platforms []string) ([]Module, error) {
	goroot, err := output(nil, "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	std := Module{Path: "std", Version: runtime.Version()}
	if err := std.readLicence(strings.TrimSpace(goroot)); err != nil {
		return nil, err
	}
	sums, err := goSum()
	if err != nil {
		return nil, err
	}
	byPath := map[string]Module{}
	for _, p := range platforms {
		if err := add(byPath, pkg, p, sums); err != nil {
			return nil, err
		}
	}
	out := make([]Module, 0, len(byPath)+1)
	for _, m := range byPath {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b Module) int { return strings.Compare(a.Path, b.Path) })
	return append([]Module{std}, out...), nil
}

// listed is what go list says of a package.
type listed struct {
	ImportPath string
	Module     *struct {
		Path, Version, Dir string
		Main               bool
		Replace            *struct{ Path, Version, Dir string }
	}
}

// add adds the modules of one platform.
func add(to map[string]Module, pkg, platform string, sums map[string]string) error {
	goos, goarch, ok := strings.Cut(platform, "/")
	if !ok {
		return fmt.Errorf("platform %q is not GOOS/GOARCH", platform)
	}
	text, err := output([]string{"GOOS=" + goos, "GOARCH=" + goarch, "CGO_ENABLED=0"}, "go", "list", "-deps", "-json=ImportPath,Module", pkg)
	if err != nil {
		return err
	}
	d := json.NewDecoder(strings.NewReader(text))
	for {
		var l listed
		if err := d.Decode(&l); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("go list for %s: %w", platform, err)
		}
		if l.Module == nil || l.Module.Main {
			continue
		}
		if l.Module.Replace != nil {
			return fmt.Errorf("module %s is replaced: a release is made of what go.sum names", l.Module.Path)
		}
		if _, ok := to[l.Module.Path]; ok {
			continue
		}
		m := Module{Path: l.Module.Path, Version: l.Module.Version}
		m.Sum = sums[m.Path+" "+m.Version]
		if m.Sum == "" {
			return fmt.Errorf("go.sum has no hash for %s %s", m.Path, m.Version)
		}
		if err := m.readLicence(l.Module.Dir); err != nil {
			return err
		}
		to[m.Path] = m
	}
}

// readLicence fills Licence and Text from the module's folder.
func (m *Module) readLicence(dir string) error {
	for _, name := range []string{"LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "COPYING", "License"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		m.Text = strings.TrimSpace(strings.ReplaceAll(string(b), "\r\n", "\n"))
		m.Licence = Identify(m.Text)
		if m.Licence == "" {
			return fmt.Errorf("module %s: licence in %s is none of those that we know", m.Path, name)
		}
		return nil
	}
	return fmt.Errorf("module %s carries no licence file", m.Path)
}

// Identify returns the SPDX identifier of a permissive licence's text, or ""
// for one that a person has to read.
func Identify(text string) string {
	flat := strings.Join(strings.Fields(text), " ")
	has := func(s string) bool { return strings.Contains(flat, s) }
	switch {
	case has("GNU GENERAL PUBLIC LICENSE"), has("GNU AFFERO"), has("GNU LESSER"), has("Server Side Public License"), has("Business Source License"):
		return ""
	case has("Apache License Version 2.0"):
		return "Apache-2.0"
	case has("Mozilla Public License Version 2.0"), has("Mozilla Public License, version 2.0"):
		return "MPL-2.0"
	case has("Redistribution and use in source and binary forms") && (has("Neither the name") || has("names of its contributors may be used")):
		return "BSD-3-Clause"
	case has("Redistribution and use in source and binary forms"):
		return "BSD-2-Clause"
	case has("Permission is hereby granted, free of charge, to any person obtaining a copy"):
		return "MIT"
	case has("Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee"),
		has("Permission to use, copy, modify, and distribute this software for any purpose with or without fee"):
		return "ISC"
	}
	return ""
}

// goSum returns the module hashes of go.sum by "path version".
func goSum() (map[string]string, error) {
	b, err := os.ReadFile("go.sum")
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) == 3 && !strings.HasSuffix(f[1], "/go.mod") {
			out[f[0]+" "+f[1]] = f[2]
		}
	}
	return out, nil
}

// output runs a command with more environment and returns what it prints.
func output(env []string, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	b, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, stderr.String())
	}
	return string(b), nil
}
