// Command release builds evict for every platform, twice, and compares; vets
// the code as each operating system sees it; and writes checksums and a bill of
// materials.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"evict/scripts/modules"
)

func main() {
	out := flag.String("out", "dist", "folder to write to; it is emptied first")
	version := flag.String("version", "dev", "version that the binary prints")
	flag.Parse()
	platforms := flag.Args()
	if len(platforms) == 0 {
		platforms = modules.Platforms
	}
	if err := run(*out, *version, platforms); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(out, version string, platforms []string) error {
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	if err := vet(platforms); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "evict-release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	b := builder{out, version, filepath.Join(tmp, "source"), filepath.Join(tmp, "cache")}
	if err := copySource(b.copy, out); err != nil {
		return err
	}
	sums := map[string]string{}
	for _, p := range platforms {
		name, sum, err := b.twice(p)
		if err != nil {
			return err
		}
		sums[name] = sum
		fmt.Printf("%-26s %s  built twice, identical\n", name, sum[:16])
	}
	mods, err := modules.Of("./cmd/evict", platforms)
	if err != nil {
		return err
	}
	const sbom = "evict.cdx.json"
	doc := bill(version, mods, sums)
	if err := os.WriteFile(filepath.Join(out, sbom), doc, 0o644); err != nil {
		return err
	}
	sums[sbom] = hash(doc)
	return os.WriteFile(filepath.Join(out, "SHA256SUMS"), sumFile(sums), 0o644)
}

// vet runs go vet once for each operating system.
func vet(platforms []string) error {
	seen := map[string]bool{}
	for _, p := range platforms {
		goos, goarch, ok := strings.Cut(p, "/")
		if !ok {
			return fmt.Errorf("platform %q is not GOOS/GOARCH", p)
		}
		if seen[goos] {
			continue
		}
		seen[goos] = true
		if err := command(goos, goarch, "", "", "go", "vet", "./..."); err != nil {
			return fmt.Errorf("vet for %s: %w", goos, err)
		}
		fmt.Printf("%-26s vetted\n", goos)
	}
	return nil
}

// A builder builds the binary here, and again from a copy of the source in
// another folder with an empty build cache.
type builder struct {
	out, version string
	copy, cache  string
}

// twice builds for one platform both ways and returns the binary's name and hash.
func (b builder) twice(platform string) (name, sum string, err error) {
	goos, goarch, _ := strings.Cut(platform, "/")
	name = "evict_" + goos + "_" + goarch
	if goos == "windows" {
		name += ".exe"
	}
	first, err := b.build(goos, goarch, "", "", filepath.Join(b.out, name))
	if err != nil {
		return "", "", fmt.Errorf("build for %s: %w", platform, err)
	}
	second, err := b.build(goos, goarch, b.copy, b.cache, filepath.Join(b.copy, name))
	if err != nil {
		return "", "", fmt.Errorf("second build for %s: %w", platform, err)
	}
	if first != second {
		return "", "", fmt.Errorf("%s: two builds of the same source differ", name)
	}
	return name, first, nil
}

// build returns the hash of the binary that it built.
func (b builder) build(goos, goarch, dir, cache, file string) (string, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return "", err
	}
	ldflags := "-s -w -buildid= -X evict/internal/app.Version=" + b.version
	if err := command(goos, goarch, dir, cache, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", ldflags, "-o", file, "./cmd/evict"); err != nil {
		return "", err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	return hash(text), nil
}

// copySource copies the repository without git's files and what was built.
func copySource(to, out string) error {
	return filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			switch filepath.Clean(path) {
			case ".git", "bin", filepath.Clean(out):
				return filepath.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, path), 0o755)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, path), b, 0o644)
	})
}

func command(goos, goarch, dir, cache, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0")
	if cache != "" {
		cmd.Env = append(cmd.Env, "GOCACHE="+cache)
	}
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return cmd.Run()
}

func hash(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// sumFile has the form that sha256sum -c reads.
func sumFile(sums map[string]string) []byte {
	names := make([]string, 0, len(sums))
	for n := range sums {
		names = append(names, n)
	}
	slices.Sort(names)
	var b strings.Builder
	for _, n := range names {
		fmt.Fprintf(&b, "%s  %s\n", sums[n], n)
	}
	return []byte(b.String())
}
