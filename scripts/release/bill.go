package main

import (
	"encoding/json"
	"slices"
	"strings"

	"evict/scripts/modules"
)

// The parts of CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/) that we
// fill. Serial number and timestamp are left out: both are optional, and would
// make two builds of the same source differ.
type (
	document struct {
		Format     string      `json:"bomFormat"`
		Spec       string      `json:"specVersion"`
		Version    int         `json:"version"`
		Metadata   metadata    `json:"metadata"`
		Components []component `json:"components"`
	}
	metadata struct {
		Component component `json:"component"`
	}
	component struct {
		Type       string      `json:"type"`
		Ref        string      `json:"bom-ref"`
		Name       string      `json:"name"`
		Version    string      `json:"version,omitempty"`
		PURL       string      `json:"purl,omitempty"`
		Hashes     []digest    `json:"hashes,omitempty"`
		Licences   []licensing `json:"licenses,omitempty"`
		Properties []property  `json:"properties,omitempty"`
	}
	digest struct {
		Alg     string `json:"alg"`
		Content string `json:"content"`
	}
	licensing struct {
		License struct {
			ID string `json:"id"`
		} `json:"license"`
	}
	property struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
)

// bill writes the bill of materials: the modules of all platforms, and the
// hash of each binary.
func bill(version string, mods []modules.Module, binaries map[string]string) []byte {
	doc := document{Format: "CycloneDX", Spec: "1.6", Version: 1}
	doc.Metadata.Component = component{Type: "application", Ref: "evict", Name: "evict", Version: version, Licences: licence("Apache-2.0")}
	names := make([]string, 0, len(binaries))
	for n := range binaries {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		doc.Components = append(doc.Components, component{Type: "file", Ref: n, Name: n, Hashes: []digest{{"SHA-256", binaries[n]}}})
	}
	for _, m := range mods {
		doc.Components = append(doc.Components, library(m))
	}
	b, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		panic(err) // unreachable: strings and numbers always encode
	}
	return append(b, '\n')
}

func library(m modules.Module) component {
	version := strings.TrimPrefix(m.Version, "go")
	if m.Path != "std" {
		version = m.Version
	}
	purl := "pkg:golang/" + m.Path + "@" + version
	c := component{Type: "library", Ref: purl, Name: m.Path, Version: version, PURL: purl, Licences: licence(m.Licence)}
	if m.Sum == "" {
		return c
	}
	// An h1 hash is the SHA-256 of a list of files, not of one file: it stands
	// as a property and not among the hashes.
	c.Properties = []property{{"go:sum", m.Sum}}
	return c
}

func licence(id string) []licensing {
	l := licensing{}
	l.License.ID = id
	return []licensing{l}
}
