package timeline

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"evict"
)

func investigate(t *testing.T, files ...string) *evict.Investigation {
	t.Helper()
	in := Input{Workers: 2, Scratch: t.TempDir()}
	dir := t.TempDir()
	for i, text := range files {
		name := filepath.Join(dir, fmt.Sprint(i))
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		in.Items = append(in.Items, Item{Name: fmt.Sprint(i), Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return os.Open(name) }})
	}
	inv, err := Run(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

const auditRecord = `{"Id":"09e6afde-3098-4359-a240-a940fa6a161b","CreationTime":"2026-11-18T14:21:44","Operation":"Add user.","RecordType":8,"OrganizationId":"7b2c6a10-5d3e-4f7a-9c41-0c0ffee00001","UserId":"ops@contoso.example","UserKey":"10032CA227E6C6D6","UserType":0,"Version":1,"Workload":"AzureActiveDirectory","ResultStatus":"Success","ObjectId":"new@contoso.example"}` + "\n"

func TestDuplicatesAndConflicts(t *testing.T) {
	for name, c := range map[string]struct {
		files                       []string
		events, duplicate, conflict int
	}{
		"once":                       {[]string{auditRecord}, 1, 0, 0},
		"twice in one file":          {[]string{auditRecord + auditRecord}, 1, 1, 0},
		"in two files":               {[]string{auditRecord, auditRecord}, 1, 1, 0},
		"same Id, different content": {[]string{auditRecord, strings.Replace(auditRecord, "new@", "old@", 1)}, 1, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := investigate(t, c.files...).Summary
			if s.Events != c.events || s.Duplicates != c.duplicate || s.Conflicts != c.conflict {
				t.Errorf("events %d, duplicates %d, conflicts %d", s.Events, s.Duplicates, s.Conflicts)
			}
		})
	}
}

// Two exports of one sign-in with different wealth of fields are one sign-in, and no conflict.
func TestPoorerExportIsNoConflict(t *testing.T) {
	rich := `[{"id":"7dbc663f-4ff7-4526-8b26-b9a871300bf8","createdDateTime":"2026-11-18T02:14:09Z","userPrincipalName":"dana@contoso.example","userId":"8f6d3a10-4c1b-4a5b-8c6d-2f10aa00da7a","appId":"4765445b-32c6-49b0-83e6-1d93765276ca","appDisplayName":"OfficeHome","ipAddress":"198.51.100.66","clientAppUsed":"Browser","isInteractive":true,"status":{"errorCode":0},"sessionId":"s1","userAgent":"Mozilla/5.0 (X11; Linux x86_64) Chrome/139.0.0.0"}]`
	poor := `[{"id":"7dbc663f-4ff7-4526-8b26-b9a871300bf8","createdDateTime":"2026-11-18T02:14:09Z","userPrincipalName":"dana@contoso.example","userId":"8f6d3a10-4c1b-4a5b-8c6d-2f10aa00da7a","appId":"4765445b-32c6-49b0-83e6-1d93765276ca","appDisplayName":"OfficeHome","ipAddress":"198.51.100.66","clientAppUsed":"Browser","isInteractive":true,"status":{"errorCode":0}}]`
	s := investigate(t, rich, poor).Summary
	if s.Events != 1 || s.Duplicates != 1 || s.Conflicts != 0 {
		t.Errorf("events %d, duplicates %d, conflicts %d", s.Events, s.Duplicates, s.Conflicts)
	}
}
