package simtenant

import "testing"

// Pages may be shorter than was asked for. All rows come all the same, over
// Graph and over Exchange, where the link is posted to.
func TestShortPages(t *testing.T) {
	c := with(t, Options{PageSize: 2}, "Mail.ReadBasic.All", "Exchange.ManageAsApp")
	all := func(ask func(next string) response) (sizes []int) {
		next := ""
		for range 20 {
			got := ask(next).want(t, 200, "")
			sizes = append(sizes, len(got.rows()))
			if next = textOf(got.body, "@odata.nextLink"); next == "" {
				return sizes
			}
		}
		t.Fatal("no end")
		return nil
	}
	folders := all(func(next string) response {
		if next == "" {
			next = "/v1.0/users/" + danaID + "/mailFolders?$top=3"
		}
		return c.ask("GET", next, "")
	})
	sum := 0
	for _, n := range folders {
		if sum += n; n > 2 {
			t.Errorf("a page of %d", n)
		}
	}
	c.tenant.short.size = 0
	if want := len(c.ask("GET", "/v1.0/users/"+danaID+"/mailFolders?$top=100", "").rows()); sum != want {
		t.Errorf("pages %v, and there are %d folders", folders, want)
	}
	c.tenant.short.size = 2
	body := `{"CmdletInput":{"CmdletName":"Get-Mailbox","Parameters":{"ResultSize":"Unlimited"}}}`
	c.cmdlet("Get-Mailbox", "") // sets the anchor
	boxes := all(func(next string) response {
		if next == "" {
			next = "/adminapi/beta/" + c.tenant.world.ID + "/InvokeCommand"
		}
		return c.at("https://outlook.office365.com", "POST", next, body)
	})
	if len(boxes) != 3 || boxes[0] != 2 || boxes[2] != 1 {
		t.Errorf("five mailboxes on pages of %v", boxes)
	}
}
