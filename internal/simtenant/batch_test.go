package simtenant

import (
	"fmt"
	"strings"
	"testing"
)

func TestJSONBatch(t *testing.T) {
	c, w := directory(t, "User.ReadWrite.All")
	got := c.ask("POST", "/v1.0/$batch", `{"requests":[
		{"id":"1","method":"GET","url":"/users/`+danaID+`?$select=id"},
		{"id":"2","method":"PATCH","url":"/users/`+danaID+`","headers":{"Content-Type":"application/json"},"body":{"city":"Leiden"},"dependsOn":["1"]},
		{"id":"3","method":"GET","url":"/users/nobody"},
		{"id":"4","method":"GET","url":"/users/`+bossID+`","dependsOn":["3"]},
		{"id":"5","method":"GET","url":"/groups"}]}`).want(t, 200, "")
	var seen []string
	for _, x := range items(got.body["responses"]) {
		o := asObject(x)
		seen = append(seen, fmt.Sprint(o["id"], ":", o["status"]))
	}
	if s := strings.Join(seen, " "); s != "1:200 2:204 3:404 4:424 5:403" {
		t.Error(s)
	}
	if w.userByID(danaID).Profile["city"] != "Leiden" {
		t.Error("the batch changed nothing")
	}
	if all := c.tenant.Requests(); len(all) != 6 { // one for the token, four that were sent, and the batch
		t.Errorf("%d requests", len(all))
	}
	var many []string
	for i := range 21 {
		many = append(many, fmt.Sprintf(`{"id":"%d","method":"GET","url":"/users"}`, i))
	}
	c.ask("POST", "/v1.0/$batch", `{"requests":[`+strings.Join(many, ",")+`]}`).want(t, 400, "BadRequest")
	c.ask("POST", "/v1.0/$batch", `{"requests":[`+many[0]+","+many[0]+`]}`).want(t, 400, "BadRequest")
	c.ask("POST", "/beta/$batch", `{"requests":[`+many[0]+`]}`).want(t, 200, "")
}
