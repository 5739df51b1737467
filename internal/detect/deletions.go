package detect

import (
	"strings"

	"evict"
)

// removal says how a mailbox act takes mail out of sight: "deleted", "purged",
// "moved to ..."; "" when it does not.
func removal(e *evict.Event, d *evict.Moved) string {
	switch plainOp(e.Op) {
	case "harddelete":
		return "deleted for good"
	case "softdelete", "movetodeleteditems":
		return "deleted"
	case "move":
		switch k := quietFolder(d.Dest); {
		case k == "deleted items":
			return "deleted"
		case k != "":
			return "moved to " + quoted(folderPath(d.Dest))
		}
	}
	return ""
}

// folderPath is a folder as recorded without the leading backslash.
func folderPath(s string) string { return strings.TrimLeft(s, `\`) }

// subjectBase is a subject without the prefixes of replies and forwards, folded.
func subjectBase(s string) string {
	s = strings.TrimSpace(fold(s))
	for {
		i := strings.IndexByte(s, ':')
		if i <= 0 || i > 5 || !replyPrefixes[strings.TrimSpace(s[:i])] {
			return s
		}
		s = strings.TrimSpace(s[i+1:])
	}
}

// isReply reports a subject with the prefix of a reply or forward.
func isReply(s string) bool { return subjectBase(s) != strings.TrimSpace(fold(s)) }

// replyPrefixes are the marks of replies and forwards in mail programs'
// languages. Own knowledge; folded.
var replyPrefixes = setOf("re fw fwd aw wg sv vs vb antw doorst tr rv enc res rif ref i odp pd vl va ynt ilt 回复 转发 答复 返信 転送")
