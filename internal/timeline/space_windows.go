package timeline

import "golang.org/x/sys/windows"

// freeSpace is the number of bytes that this user may still write below a
// folder; ok is false when the system does not say.
func freeSpace(dir string) (n int64, ok bool) {
	path, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, false
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(path, &free, nil, nil); err != nil {
		return 0, false
	}
	return int64(free), true
}
