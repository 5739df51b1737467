package simtenant

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Audit queries are jobs (learn.microsoft.com/graph/api/resources/security-auditlogquery).
const (
	auditQueryBody = "displayName filterStartDateTime:time filterEndDateTime:time recordTypeFilters:texts keywordFilter serviceFilters:texts operationFilters:texts userPrincipalNameFilters:texts ipAddressFilters:texts objectIdFilters:texts administrativeUnitIdFilters:texts"

	auditPermissions = "AuditLogsQuery.Read.All AuditLogsQuery-Entra.Read.All AuditLogsQuery-Exchange.Read.All AuditLogsQuery-SharePoint.Read.All AuditLogsQuery-OneDrive.Read.All AuditLogsQuery-CRM.Read.All AuditLogsQuery-Endpoint.Read.All"

	// queriesAtOnce and unfilteredAtOnce are the limits of Purview's search jobs
	// for one administrator; that the API has the same is unconfirmed.
	queriesAtOnce    = 10
	unfilteredAtOnce = 1
	// queryRecords is what one query gathers; Microsoft names a limit and not its
	// size, so this one is ours (unconfirmed).
	queryRecords = 100_000
	queryKept    = 30 * day
)

var auditQueryKind = &kind{
	name:  "security.auditLogQuery",
	props: "id displayName filterStartDateTime filterEndDateTime recordTypeFilters keywordFilter serviceFilters operationFilters userPrincipalNameFilters ipAddressFilters objectIdFilters administrativeUnitIdFilters status approximateReturnedRecordCount isRecordCountLimitExceeded",
}

var auditRecordKind = &kind{
	name: "security.auditLogRecord", page: 150, top: 1000,
	props: "id createdDateTime auditLogRecordType operation organizationId userType userId service objectId userPrincipalName clientIp administrativeUnits auditData",
}

// An auditQuery is one job.
type auditQuery struct {
	id               string
	by               string // application
	asked            Object
	filter           auditFilter
	made, runs, ends time.Time
	done             bool // its rows have been gathered
	rows             []*logged
	over             bool // there were more
	fails            bool
}

// auditWorkloads are what the permissions of single services let see; nil is all.
func (c *call) auditWorkloads() []string {
	var out []string
	for _, p := range c.by.Permissions {
		switch p {
		case "AuditLogsQuery.Read.All":
			return nil
		case "AuditLogsQuery-Entra.Read.All":
			out = append(out, "azureactivedirectory")
		case "AuditLogsQuery-Exchange.Read.All", "AuditLogsQuery-SharePoint.Read.All", "AuditLogsQuery-OneDrive.Read.All", "AuditLogsQuery-CRM.Read.All", "AuditLogsQuery-Endpoint.Read.All":
			service, _, _ := strings.Cut(strings.TrimPrefix(p, "AuditLogsQuery-"), ".")
			out = append(out, strings.ToLower(service))
		}
	}
	return out
}

// onlyWorldwide: the other clouds don't have the call.
func (c *call) onlyWorldwide(segment string) error {
	if c.cloud.name == "worldwide" || c.cloud.name == "gcc" {
		return nil
	}
	return badGraph("BadRequest", "Resource not found for the segment '"+segment+"'.")
}

func createAuditQuery(c *call) reply {
	if err := c.onlyWorldwide("auditLog"); err != nil {
		return c.failed(err)
	}
	q, err := c.newAuditQuery()
	if err != nil {
		return c.failed(err)
	}
	l := c.world.logged()
	running, unfiltered := 0, 0
	for _, other := range l.queries {
		if c.now.Before(other.ends) && other.by == c.by.App {
			running++
			if other.unfiltered() {
				unfiltered++
			}
		}
	}
	if running >= queriesAtOnce || q.unfiltered() && unfiltered >= unfilteredAtOnce {
		out := c.failed(&graphError{429, "TooManyRequests", "The number of audit log queries that are in progress has reached the limit."})
		out.Header.Set("Retry-After", "60")
		return out
	}
	l.queries = append(l.queries, q)
	o := c.auditQueryObject(q)
	o["@odata.context"] = c.context() + "/$entity"
	return c.ok(201, c.metadata(o))
}

func (c *call) newAuditQuery() (*auditQuery, error) {
	texts := func(name string) []string {
		var out []string
		for _, x := range items(c.body[name]) {
			out = append(out, x.(string)) // the table has it a list of texts
		}
		return out
	}
	at := func(name string) time.Time {
		t, _ := time.Parse(time.RFC3339Nano, textOf(c.body, name)) // the table has it a time
		return t.UTC()
	}
	f := auditFilter{
		from: at("filterStartDateTime"), to: at("filterEndDateTime"), users: lowered(texts("userPrincipalNameFilters")), operations: lowered(texts("operationFilters")),
		objects: lowered(texts("objectIdFilters")), addresses: lowered(texts("ipAddressFilters")), workloads: lowered(texts("serviceFilters")), text: strings.ToLower(textOf(c.body, "keywordFilter")),
	}
	if !f.from.Before(f.to) {
		return nil, badGraph("BadRequest", "The start of the query must be before its end.")
	}
	var err error
	if f.types, err = recordTypesNamed(texts("recordTypeFilters")); err != nil {
		return nil, badGraph("BadRequest", "Cannot convert the literal to the expected type 'microsoft.graph.security.auditLogRecordType': "+err.Error())
	}
	if may := c.auditWorkloads(); may != nil {
		if len(f.workloads) > 0 {
			may = slices.DeleteFunc(may, func(s string) bool { return !slices.Contains(f.workloads, s) })
		}
		f.workloads = append(may, "") // none, if nothing is left: no record has an empty one and is wanted
	}
	q := &auditQuery{id: made(c.world.ID, "audit query", c.id), by: c.by.App, asked: c.body, filter: f, made: c.now}
	q.runs, q.ends = c.auditQueryTimes(q)
	q.fails = oneIn(c.t.options.FailedQueries, q.id)
	return q, nil
}

// auditQueryTimes: Microsoft promises none. Here a query waits for up to 40
// seconds, and runs for one to three minutes and longer for many records.
func (c *call) auditQueryTimes(q *auditQuery) (runs, ends time.Time) {
	if c.t.options.Prompt {
		return c.now, c.now
	}
	sum := sha256.Sum256([]byte(q.id))
	rows := len(c.world.logged().window(AuditRecord, q.filter.from, q.filter.to, c.now)) // that it goes through
	runs = c.now.Add(10*time.Second + time.Duration(sum[0])*30*time.Second/256)
	ends = runs.Add(time.Minute + time.Duration(sum[1])*2*time.Minute/256 + time.Duration(rows/5000)*time.Second)
	return runs, ends
}

func (q *auditQuery) unfiltered() bool {
	f := q.filter
	return len(f.users)+len(f.operations)+len(f.objects)+len(f.addresses)+len(f.types) == 0 && f.text == ""
}

// gathered are the rows of a query that has ended.
func (c *call) gathered(q *auditQuery) []*logged {
	if c.now.Before(q.ends) || q.fails {
		return nil
	}
	if !q.done {
		q.rows = shuffled(c.world.audit(q.filter, q.ends), q.id)
		q.over = len(q.rows) > queryRecords
		q.rows, q.done = slices.Clone(q.rows[:min(len(q.rows), queryRecords)]), true
	}
	return q.rows
}

func (c *call) auditQueryObject(q *auditQuery) Object {
	o := Object{"@odata.type": "#microsoft.graph.security.auditLogQuery", "id": q.id, "status": "notStarted"}
	for _, name := range strings.Fields(auditQueryKind.props) {
		if _, ok := o[name]; !ok {
			o[name] = nil
		}
	}
	for name, v := range q.asked {
		o[name] = v
	}
	o["isRecordCountLimitExceeded"], o["approximateReturnedRecordCount"] = false, 0
	switch {
	case !c.now.Before(q.ends) && q.fails:
		o["status"] = "failed"
	case !c.now.Before(q.ends):
		o["status"] = "succeeded"
		o["approximateReturnedRecordCount"] = len(c.gathered(q))
		o["isRecordCountLimitExceeded"] = q.over
	case !c.now.Before(q.runs):
		o["status"] = "running"
	}
	return o
}

func listAuditQueries(c *call) ([]Object, error) {
	if err := c.onlyWorldwide("auditLog"); err != nil {
		return nil, err
	}
	var out []Object
	for _, q := range slices.Backward(c.world.logged().queries) {
		if c.now.Sub(q.made) < queryKept {
			out = append(out, c.auditQueryObject(q))
		}
	}
	return out, nil
}

func (c *call) auditQuery() (*auditQuery, error) {
	if err := c.onlyWorldwide("auditLog"); err != nil {
		return nil, err
	}
	for _, q := range c.world.logged().queries {
		if strings.EqualFold(q.id, c.args["id"]) && c.now.Sub(q.made) < queryKept {
			return q, nil
		}
	}
	return nil, &graphError{404, "NotFound", "The audit log query wasn't found."}
}

func getAuditQuery(c *call) (Object, error) {
	q, err := c.auditQuery()
	if err != nil {
		return nil, err
	}
	return c.auditQueryObject(q), nil
}

// listAuditRecords gives the records of a query. One that has not ended has none
// yet, and doesn't say so here (unconfirmed).
func listAuditRecords(c *call) reply {
	q, err := c.auditQuery()
	if err != nil {
		return c.failed(err)
	}
	g := &graphLog{kind: auditRecordKind, row: auditRecordRow}
	if token := c.query.Get("$skiptoken"); token != "" {
		return c.nextLogPage(g, token)
	}
	if _, err := c.queried(auditRecordKind, nil); err != nil {
		return c.failed(err)
	}
	rows := c.gathered(q)
	if s := c.query.Get("$filter"); s != "" {
		f, err := parseFilter(s)
		if err != nil {
			return c.failed(err)
		}
		rows = slices.DeleteFunc(slices.Clone(rows), func(r *logged) bool {
			o, _ := auditRecordRow(c, r)
			return !f.passes(o.(Object))
		})
	}
	return c.logPageOf(g, rows)
}

var auditUserTypes = []string{"regular", "reserved", "admin", "dcAdmin", "system", "application", "servicePrincipal", "customPolicy", "systemPolicy", "partnerTechnician", "guest"}

// auditRecordRow is a record as the query API hands it out: the native one in auditData.
func auditRecordRow(c *call, r *logged) (any, error) {
	var a struct {
		UserID, ObjectID, ClientIP string
		UserType                   int
	}
	_ = json.Unmarshal(r.Body, &a) // what is of another type is left out
	kind := "unknownFutureValue"
	if a.UserType >= 0 && a.UserType < len(auditUserTypes) {
		kind = auditUserTypes[a.UserType]
	}
	data := json.RawMessage(r.Body)
	if rest, ok := strings.CutPrefix(strings.TrimSpace(string(r.Body)), "{"); ok && !strings.HasPrefix(strings.TrimSpace(rest), "}") {
		data = json.RawMessage(`{"@odata.type":"#microsoft.graph.security.defaultAuditData",` + rest)
	}
	name := recordTypeName(r.RecordType)
	return Object{
		"id": r.ID, "createdDateTime": r.Time.Format(time.RFC3339), "auditLogRecordType": strings.ToLower(name[:1]) + name[1:], "operation": r.Operation, "organizationId": c.world.ID,
		"userType": kind, "userId": a.UserID, "service": r.Workload, "objectId": a.ObjectID, "userPrincipalName": a.UserID, "clientIp": a.ClientIP,
		"administrativeUnits": []string{""}, "auditData": data,
	}, nil
}
