package lab

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"evict/internal/simtenant/scenarios"
)

func small(scenario string) Config {
	return Config{Seed: 7, Users: 12, Days: 30, Rate: 0.4, Scenario: scenario}
}

func TestSameSeedSameBytes(t *testing.T) {
	hash := func(seed uint64) (out [scenarios.LogCount][32]byte) {
		c := small("aitm-invoice")
		c.Seed = seed
		x, err := Make(c)
		if err != nil {
			t.Fatal(err)
		}
		for log, records := range x.Logs {
			h := sha256.New()
			for _, r := range records {
				h.Write(r.JSON)
				h.Write([]byte(r.Hand))
			}
			copy(out[log][:], h.Sum(nil))
		}
		return out
	}
	a, b, c := hash(7), hash(7), hash(8)
	if a != b {
		t.Error("the same seed made two tenants")
	}
	if a == c {
		t.Error("another seed made the same tenant")
	}
}

func TestEveryRecordIsJSON(t *testing.T) {
	for _, s := range append(Scenarios(), "") {
		x, err := Make(small(s))
		if err != nil {
			t.Fatal(err)
		}
		evil := 0
		for log, records := range x.Logs {
			for _, r := range records {
				if !json.Valid(r.JSON) {
					t.Fatalf("%s: %s is not JSON: %s", s, logNames[log], r.JSON)
				}
				if r.Hand == scenarios.Attacker && !r.Failed && scenarios.Log(log) != scenarios.Trace {
					evil++
				}
			}
		}
		calm := s == "" || s == "traveller" || s == "clean-up" || s == "direct-send"
		if (evil > 0) == calm {
			t.Errorf("%q: %d records by an attacker who was let in", s, evil)
		}
		if len(x.Expect) == 0 && s != "" {
			t.Errorf("%q expects nothing", s)
		}
	}
}

func TestBackgroundIsMostOfTheAuditLog(t *testing.T) {
	x, err := Make(Config{Seed: 3, Users: 20, Days: 14})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, r := range x.Logs[scenarios.Audit] {
		if r.Hand == scenarios.Service {
			n++
		}
	}
	if share := float64(n) / float64(len(x.Logs[scenarios.Audit])); share < 0.62 || share > 0.78 {
		t.Errorf("background work is %.2f of the audit log; responders count about 0.7", share)
	}
}

func TestCutKeepsTheLastDays(t *testing.T) {
	c := small("aitm-invoice")
	whole, err := Make(c)
	if err != nil {
		t.Fatal(err)
	}
	c.LastDays = 7
	cut, err := Make(c)
	if err != nil {
		t.Fatal(err)
	}
	if len(cut.Logs[scenarios.Audit]) == 0 || len(cut.Logs[scenarios.Audit]) >= len(whole.Logs[scenarios.Audit]) {
		t.Errorf("%d of %d audit records kept", len(cut.Logs[scenarios.Audit]), len(whole.Logs[scenarios.Audit]))
	}
	count := func(x *Export) (n int) {
		for _, r := range x.Logs[scenarios.Audit] {
			if r.Hand == scenarios.Attacker && !r.Failed {
				n++
			}
		}
		return n
	}
	if a, b := count(whole), count(cut); a != b {
		t.Errorf("the cut lost %d of the attacker's %d records", a-b, a)
	}
}

func TestFilesHoldTheRecords(t *testing.T) {
	x, err := Make(small("consent"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := x.Shuffled(1).Doubled().Write(dir, PurviewCSV, 3); err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, part := range []string{"1", "2", "3"} {
		f, err := os.Open(filepath.Join(dir, "audit-"+part+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		all, err := csv.NewReader(bufio.NewReader(f)).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range all[1:] {
			var a struct{ Id, Operation string }
			if err := json.Unmarshal([]byte(row[5]), &a); err != nil || a.Id != row[0] || a.Operation != row[3] {
				t.Fatalf("row %q: %v", row, err)
			}
		}
		rows += len(all) - 1
	}
	if rows != 2*len(x.Logs[scenarios.Audit]) {
		t.Errorf("%d rows of %d records written twice", rows, len(x.Logs[scenarios.Audit]))
	}
	b, err := os.ReadFile(filepath.Join(dir, "signins-2.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(b, &list); err != nil || len(list) == 0 {
		t.Errorf("signins-2.json: %d entries, %v", len(list), err)
	}
}

func TestBulkIsFlatAndHasOneHeavyAccount(t *testing.T) {
	var b bytes.Buffer
	n, err := BulkAudit(&b, 30000, NDJSON, 1)
	if err != nil || n != int64(b.Len()) {
		t.Fatal(n, b.Len(), err)
	}
	users, lines := map[string]int{}, 0
	for line := range bytes.Lines(b.Bytes()) {
		var r struct{ UserId string }
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		users[r.UserId]++
		lines++
	}
	if lines != 30000 {
		t.Errorf("%d lines", lines)
	}
	if mean := n / 30000; mean < 1150 || mean > 1500 {
		t.Errorf("a record has %d bytes; real ones have about 1,300", mean)
	}
	if heavy := users["dana.visser@contoso.example"]; heavy < 2400 || heavy > 3900 {
		t.Errorf("the heavy account has %d of 30,000 records, not about a tenth", heavy)
	}
}
