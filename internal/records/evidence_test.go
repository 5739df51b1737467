package records

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"evict"
)

// all opens and decodes everything in b.
func all(t testing.TB, b []byte, emit func(*evict.Event)) (format string, st Stats) {
	t.Helper()
	s, err := Open(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	d := s.Decoder()
	for {
		b, err := s.Next()
		if err == io.EOF {
			return s.Format(), st
		}
		if err != nil {
			t.Fatal(err)
		}
		got := d.Decode(b, 0, emit)
		st.Records += got.Records
		st.Damaged += got.Damaged
		st.Rejects = append(st.Rejects, got.Rejects...)
	}
}

// TestPublishedTenant reads a published export of a research tenant, of which
// EVICT_EVIDENCE names the folder: rows of a SIEM with the raw row beside the
// columns, of which three have lost their record.
func TestPublishedTenant(t *testing.T) {
	dir := os.Getenv("EVICT_EVIDENCE")
	if dir == "" {
		t.Skip("EVICT_EVIDENCE is not set")
	}
	b, err := os.ReadFile(dir + "/tenant-a-audit.csv")
	if err != nil {
		t.Fatal(err)
	}
	ids := map[evict.RecordID]uint64{}
	kinds := map[evict.Kind]int{}
	outcomes := map[string]int{}
	noise, conflicts, untimed, aliased := 0, 0, 0, 0
	var damaged []string
	format, st := all(t, b, func(e *evict.Event) {
		if h, ok := ids[evict.RecordID(strings.Clone(string(e.ID)))]; ok && h != e.Hash {
			conflicts++
		}
		ids[evict.RecordID(strings.Clone(string(e.ID)))] = e.Hash
		kinds[e.Kind]++
		if e.Kind == evict.LoginAudit {
			outcomes[e.Op+" "+e.Outcome.String()]++
		}
		if e.Flags&evict.ServiceNoise != 0 {
			noise++
		}
		if !e.Time.Set {
			untimed++
		}
		if len(e.ActorAliases) > 0 {
			aliased++
		}
		if e.Flags&evict.Damaged != 0 {
			damaged = append(damaged, e.Op+" by "+e.Actor.ID+" at "+e.Time.String()+" "+string(e.ID))
		}
	})
	t.Log(format, st.Records, st.Damaged, len(st.Rejects), len(ids), kinds, outcomes, "noise", noise, "conflicts", conflicts, "untimed", untimed, "aliased", aliased)
	for _, r := range st.Rejects {
		t.Error(r)
	}
	t.Log(strings.Join(damaged, "\n"))
	if format != "ual-csv-siem" || conflicts != 0 || untimed != 0 || len(damaged) != 3 || st.Records != 4769 || len(ids) != 3117 {
		t.Error("not as known")
	}
	if !strings.Contains(strings.Join(damaged, "\n"), "Add user. by a.thulile@") {
		t.Error("Add user. has lost its actor")
	}
}
