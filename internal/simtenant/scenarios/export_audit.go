package scenarios

import (
	"bufio"
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"evict/internal/simtenant"
)

// Ways in which people have the unified audit log.

// searchMost is how many rows the portal and a search of the cmdlet hand out.
const searchMost = 50_000

// usTime is how Windows writes a time for an American.
const usTime = "1/2/2006 3:04:05 PM"

// who is a record's UserId as it is written in the record.
func who(r *simtenant.Record) string {
	_, rest, ok := bytes.Cut(r.Body, []byte(`"UserId":"`))
	name, _, closed := bytes.Cut(rest, []byte{'"'})
	if ok && closed && bytes.IndexByte(name, '\\') < 0 {
		return string(name)
	}
	var a struct{ UserID string }
	if err := json.Unmarshal(r.Body, &a); err != nil {
		panic(err) // unreachable: our own writing
	}
	return a.UserID
}

// newest cuts a log to what a search hands out; the rest is left behind, and
// the statement says so.
func newest(v simtenant.LogView, most int) (out simtenant.LogView, cut bool) {
	if len(v.Records) > most {
		v.Records, cut = v.Records[len(v.Records)-most:], true
	}
	return v, cut
}

// auditTable writes the log as a CSV, as far as a search hands it out.
func (x *exporter) auditTable(name string, most int, all bool, header string, row func(t table, i, of int, r *simtenant.Record)) error {
	v, cut := newest(x.log(simtenant.AuditRecord), most)
	s := x.ofLog("unified audit log", v)
	if cut {
		s.Complete, s.Why = false, "a search hands out no more than its newest "+strconv.Itoa(most)+" rows"
	}
	return x.write(name, s, func(out *bufio.Writer) error {
		t := table{out, all}
		t.header(header)
		for i := range v.Records {
			row(t, i, len(v.Records), &v.Records[i])
		}
		return nil
	})
}

// exportPurview is the portal's export of a search, as it is since 2024.
func exportPurview(x *exporter) error {
	return x.auditTable("audit-log-search.csv", searchMost, false, "RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames", func(t table, _, _ int, r *simtenant.Record) {
		t.row(r.ID, r.Time.UTC().Format("2006-01-02T15:04:05.0000000Z "), strconv.Itoa(r.RecordType), r.Operation, who(r), string(r.Body), "", "")
	})
}

// exportPurviewOld is the portal's export as it was.
func exportPurviewOld(x *exporter) error {
	return x.auditTable("AuditLog.csv", searchMost, false, "CreationDate,UserIds,Operations,AuditData", func(t table, _, _ int, r *simtenant.Record) {
		t.row(r.Time.UTC().Format(usTime), who(r), r.Operation, string(r.Body))
	})
}

// exportSIEM is a search in a SIEM that holds the cmdlet's rows: columns in the
// order of their names, and the raw row beside them.
func exportSIEM(x *exporter) error {
	return x.auditTable("search-results.csv", searchMost, false, `AuditData,CreationDate,Identity,IsValid,ObjectState,Operations,RecordType,ResultCount,ResultIndex,UserIds,_raw,_sourcetype,_time,host,index,source`, func(t table, i, of int, r *simtenant.Record) {
		date, kind, at := r.Time.UTC().Format(usTime), simtenant.RecordTypeName(r.RecordType), r.Time.UTC().Format("2006-01-02T15:04:05.000+0000")
		t.row(string(r.Body), date, r.ID, "True", "Unchanged", r.Operation, kind, strconv.Itoa(of), strconv.Itoa(i+1), who(r), string(r.Body), "o365:management:activity", at, "collector", "o365", "search")
	})
}

// exportHundred is a search with the cmdlet's default of 100 rows.
func exportHundred(x *exporter) error { return x.searchRows("UnifiedAuditLog.csv", 100) }

// searchRows is Search-UnifiedAuditLog | Export-Csv.
func (x *exporter) searchRows(name string, most int) error {
	return x.auditTable(name, most, true, "PSComputerName,RunspaceId,PSShowComputerName,RecordType,CreationDate,UserIds,Operations,AuditData,ResultIndex,ResultCount,Identity,IsValid,ObjectState", func(t table, i, of int, r *simtenant.Record) {
		t.row("outlook.office365.com", "2850e838-7c6a-4b61-a2e6-90e8c9b49bbb", "False", simtenant.RecordTypeName(r.RecordType), r.Time.UTC().Format(usTime), who(r), r.Operation, string(r.Body), strconv.Itoa(i+1), strconv.Itoa(of), r.ID, "True", "Unchanged")
	})
}

// graphAudit writes the log as pages of an audit query of Graph's.
func (x *exporter) graphAudit(name string) error {
	v := x.log(simtenant.AuditRecord)
	return x.write(name, x.ofLog("unified audit log", v), func(out *bufio.Writer) error {
		out.WriteString(`{"@odata.context":"https://graph.microsoft.com/beta/$metadata#security/auditLog/queries('7b6a5c4d-3e2f-4a1b-9c8d-7e6f5a4b3c2d')/records","value":`)
		list(out, v.Records, x.view.AuditQueryRow)
		_, err := out.WriteString("}\n")
		return err
	})
}

// auditRow is a row of Search-UnifiedAuditLog as JSON: AuditData expanded, or as text.
func auditRow(r *simtenant.Record, expanded bool) []byte {
	data := any(json.RawMessage(r.Body))
	if !expanded {
		data = string(r.Body)
	}
	b, err := json.Marshal(struct {
		RecordType, CreationDate, UserIds, Operations string
		AuditData                                     any
		Identity                                      string
		IsValid                                       bool
		ObjectState                                   string
	}{simtenant.RecordTypeName(r.RecordType), r.Time.UTC().Format(time.RFC3339), who(r), r.Operation, data, r.ID, true, "Unchanged"})
	if err != nil {
		panic(err) // unreachable: records are JSON
	}
	return b
}

// extractorAudit writes the log as the Extractor Suite's Get-UAL does: a file,
// or an array, for each day.
func (x *exporter) extractorAudit(form string) error {
	v := x.log(simtenant.AuditRecord)
	s := x.ofLog("unified audit log", v)
	switch form {
	case "csv":
		return x.searchRows("UnifiedAuditLog/UAL-Combined.csv", searchMost)
	case "jsonl":
		return x.write("UnifiedAuditLog/UAL-Combined.jsonl", s, func(out *bufio.Writer) error {
			for i := range v.Records {
				out.Write(auditRow(&v.Records[i], false))
				out.WriteByte('\n')
			}
			return emptyIf(out, len(v.Records) == 0)
		})
	}
	return x.write("UnifiedAuditLog/UAL-Combined.json", s, func(out *bufio.Writer) error {
		for from := 0; from < len(v.Records); {
			to := from
			for to < len(v.Records) && v.Records[to].Time.YearDay() == v.Records[from].Time.YearDay() {
				to++
			}
			if to == from+1 { // one hit is no array
				out.Write(auditRow(&v.Records[from], true))
			} else {
				list(out, v.Records[from:to], func(r *simtenant.Record) []byte { return auditRow(r, true) })
			}
			out.WriteString("\r\n")
			from = to
		}
		return emptyIf(out, len(v.Records) == 0)
	})
}

// emptyIf writes the empty answer, for a file without a byte says nothing.
func emptyIf(out *bufio.Writer, empty bool) error {
	if empty {
		out.WriteString("[]\n")
	}
	return nil
}
