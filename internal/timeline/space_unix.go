//go:build unix

package timeline

import "golang.org/x/sys/unix"

// freeSpace is the number of bytes that this user may still write below a
// folder; ok is false when the system does not say.
func freeSpace(dir string) (n int64, ok bool) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true
}
