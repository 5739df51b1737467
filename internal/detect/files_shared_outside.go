package detect

import (
	"cmp"
	"fmt"
	"strings"

	"evict"
)

var filesSharedOutside = &Detector{
	ID: "files-shared-outside", Rev: 1, Scope: AccountScope, Item: "sharing",
	Title: "Anonymous link or share with an outsider by an unknown hand",
	Doc: `A strand that nothing ties to the owner made a link that works without signing in, or shared a file with somebody outside. The link goes on working after every password is changed.

Innocent causes: people share files with customers every day; by the owner's own strands it is not reported.

By hand: SharePoint admin center, Reports, Sharing links; the file, Manage access; audit log: AnonymousLinkCreated, SharingInvitationCreated, AddedToSecureLink.`,
	Symptoms: []int{}, Techniques: []string{"T1567", "T1537"},
	Needs:   []Need{{Any: []evict.Kind{evict.FileAudit}}},
	Actions: []string{"remove-sharing-link"},
	New:     func() Watcher { return EventFunc(seeShare) },
}

func seeShare(e *evict.Event, v *View) {
	f, ok := e.Detail.(*evict.File)
	if !ok || !v.Mine(e.Actor) || v.Strand != nil && len(v.Strand.Anchors) > 0 {
		return
	}
	op := strings.ToLower(e.Op)
	anonymous := strings.HasPrefix(op, "anonymouslinkcreated") || strings.HasPrefix(op, "anonymouslinkupdated")
	outside := (strings.HasPrefix(op, "sharinginvitationcreated") || strings.HasPrefix(op, "addedtosecurelink") || op == "sharingset") &&
		strings.Contains(f.SharedWith, "@") && len(v.Facts.Domains) > 0 && !v.Facts.Internal(f.SharedWith)
	if !anonymous && !outside {
		return
	}
	what := fmt.Sprintf("%s can be opened by a link without signing in", quoted(f.Name))
	if outside {
		what = fmt.Sprintf("%s was shared with %s", quoted(f.Name), quoted(f.SharedWith))
	}
	v.Report(Draft{
		Family: evict.Behaviour, Grade: evict.Indicative, Cause: Because(e), Target: f.Name, Left: leftover(evict.LeftLink, e.Actor.ID, f.Name, fileAddress(f), cmp.Or(f.SharedWith, f.Link)),
		Summary:  fmt.Sprintf("%s%s: %s", e.Op, from(e), what),
		Question: fmt.Sprintf("Did you share %s then?", quoted(f.Name)),
	})
}
