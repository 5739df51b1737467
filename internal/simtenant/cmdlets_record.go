package simtenant

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// made is a GUID that follows from its parts alone, so that a run can be repeated.
func made(parts ...any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	h := []byte(hex.EncodeToString(sum[:16]))
	h[12], h[16] = '4', "89ab"[sum[8]&3]
	return fmt.Sprintf("%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:])
}

// logLater puts a record into the unified audit log, which shows it 15 to 60
// minutes after the act. Microsoft promises no time and speaks of 60 to 90
// minutes as typical; Exchange's are often sooner (unconfirmed).
func (w *World) logLater(op string, recordType int, at time.Time, user string, names []string, body Object) {
	w.logAs(made(w.ID, op, at.UnixNano(), len(w.Log)), op, recordType, at, user, names, body)
}

// logAs is logLater for a record whose Id another log has given.
func (w *World) logAs(id, op string, recordType int, at time.Time, user string, names []string, body Object) {
	if w.AuditOff {
		return
	}
	body["Id"] = id
	body["CreationTime"] = at.UTC().Format("2006-01-02T15:04:05")
	body["Operation"] = op
	body["OrganizationId"] = w.ID
	body["RecordType"] = recordType
	body["Version"] = 1
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err) // values are strings, numbers and lists of them
	}
	sum := sha256.Sum256([]byte(id))
	r := Record{Kind: AuditRecord, ID: id, Time: at, Available: at.Add(15*time.Minute + time.Duration(sum[0])*45*time.Minute/256), Body: raw,
		User: user, Names: names, Operation: op, Workload: textOf(body, "Workload"), RecordType: recordType}
	w.keep(r)
}

// keep puts a record into the log, in the order in which it comes to show them.
func (w *World) keep(r Record) {
	i, _ := slices.BinarySearchFunc(w.Log, r, func(a, b Record) int {
		return cmp.Or(a.Available.Compare(b.Available), -1) // after those of the same moment
	})
	w.Log = slices.Insert(w.Log, i, r)
}

// who is how the audit log names an operator: UserId, UserKey, UserType, and
// the object ID. An application that runs cmdlets by itself has no person's
// name; how Exchange spells it is unconfirmed.
func (o operator) who() (id, key string, kind int, object string) {
	if o.User != nil {
		return o.User.UPN, cmp.Or(o.User.PUID, o.User.ID), 2, o.User.ID
	}
	return "ServicePrincipal_" + o.Principal, o.App, 5, o.Principal
}

// audit leaves the record of a cmdlet that changed something. object is the
// path of what it changed, names what else a search finds it by.
func (c *command) audit(object string, names ...string) {
	id, key, kind, user := c.by.who()
	body := Object{
		"Workload": "Exchange", "ResultStatus": "True", "UserId": id, "UserKey": key, "UserType": kind, "ObjectId": object,
		"ExternalAccess": false, "OrganizationName": c.world.Initial, "OriginatingServer": "XX1PR01MB0001 (15.20.9999.000)\r\n",
		"AppId": c.by.App, "ClientAppId": c.by.App, "AppPoolName": "MSExchangeAdminApiNetCore", "Parameters": c.recorded(),
	}
	if c.by.Address != "" {
		body["ClientIP"] = c.by.Address + ":443"
	}
	recordType := 1
	if c.row.purview {
		recordType, body["Workload"] = 18, "SecurityComplianceCenter"
	}
	c.world.logLater(c.row.name, recordType, c.now, user, append([]string{id, key, user, object}, names...), body)
}

// recorded are the parameters as the audit log writes them: all text, many
// values parted by semicolons.
func (c *command) recorded() []Object {
	out := []Object{}
	for _, name := range sortedKeys(c.params) {
		var text string
		switch v := c.params[name].(type) {
		case nil:
		case bool:
			text = "False"
			if v {
				text = "True"
			}
		case []string:
			text = strings.Join(v, ";")
		case listEdit:
			text = strings.TrimSpace(edited("+", v.Add) + edited("-", v.Remove))
		case time.Time:
			text = v.UTC().Format("1/2/2006 3:04:05 PM")
		default:
			text = fmt.Sprint(v)
		}
		out = append(out, Object{"Name": name, "Value": text})
	}
	return out
}

// edited is one side of a hashtable; its spelling in the log is unconfirmed.
func edited(sign string, values []string) string {
	var b strings.Builder
	for _, v := range values {
		b.WriteString(sign + v + ";")
	}
	return b.String()
}

// path is how the audit log names an object of the tenant.
func (w *World) path(object string) string {
	return "NAMPR01A001.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/" + w.Initial + "/" + object
}

// done notes a change to a mailbox and leaves the cmdlet's record; part is what
// of the mailbox, or "".
func (c *command) done(m *Mailbox, part string) {
	object := m.User
	if part != "" {
		object += `\` + part
	}
	c.change(m.User, cmp.Or(part, c.row.name))
	names := []string{m.GUID}
	if u := c.world.userByID(m.User); u != nil {
		names = append(names, u.ID, u.UPN, u.PUID)
	}
	c.audit(c.world.path(object), names...)
}

// doneTenant notes a change to an object of the tenant and leaves the record;
// people are accounts that it is about.
func (c *command) doneTenant(name string, people ...string) {
	c.change(name, c.row.name)
	for _, id := range people {
		if u := c.world.userByID(id); u != nil {
			people = append(people, u.UPN)
		}
	}
	c.audit(name, people...)
}
