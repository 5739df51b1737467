package app

import (
	"fmt"
	"math"
	"net/netip"
	"path/filepath"

	"evict"

	"github.com/oschwald/maxminddb-golang/v2"
)

// places looks addresses up in a database that the operator supplies.
type places struct {
	db   *maxminddb.Reader
	name string // for the report: file, type and build time
}

func openPlaces(path string) (*places, error) {
	db, err := maxminddb.Open(path)
	if err != nil {
		return nil, fmt.Errorf("place database %s: %w", path, err)
	}
	m := db.Metadata
	return &places{db, fmt.Sprintf("%s (%s, built %s)", filepath.Base(path), m.DatabaseType, m.BuildTime().UTC().Format("2006-01-02"))}, nil
}

func (p *places) close() { p.db.Close() }

func (p *places) place(a netip.Addr) evict.Place {
	var r struct {
		Country struct {
			Code string `maxminddb:"iso_code"`
		} `maxminddb:"country"`
		Subdivisions []struct {
			Code string `maxminddb:"iso_code"`
		} `maxminddb:"subdivisions"`
		City struct {
			Names map[string]string `maxminddb:"names"`
		} `maxminddb:"city"`
		Location struct {
			Lat float64 `maxminddb:"latitude"`
			Lon float64 `maxminddb:"longitude"`
		} `maxminddb:"location"`
	}
	if err := p.db.Lookup(a).Decode(&r); err != nil {
		return evict.Place{}
	}
	out := evict.Place{Country: r.Country.Code, City: r.City.Names["en"], Lat: micro(r.Location.Lat), Lon: micro(r.Location.Lon)}
	if len(r.Subdivisions) > 0 {
		out.Region = r.Subdivisions[0].Code
	}
	return out
}

func micro(degrees float64) int32 { return int32(math.Round(degrees * 1e6)) }
