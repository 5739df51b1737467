package disk

import (
	"errors"
	"path/filepath"
	"strings"

	"golang.org/x/sys/windows"
)

// rename returns once the new name is on the disk: Windows can't sync a folder.
func rename(from, to string) error {
	f, err := wide(from)
	if err != nil {
		return err
	}
	t, err := wide(to)
	if err != nil {
		return err
	}
	return windows.MoveFileEx(f, t, windows.MOVEFILE_REPLACE_EXISTING|windows.MOVEFILE_WRITE_THROUGH)
}

// wide is a path for the system, also when it is longer than 260 characters.
func wide(name string) (*uint16, error) {
	abs, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(abs, `\\`) {
		abs = `\\?\` + abs
	}
	return windows.UTF16PtrFromString(abs)
}

func syncDir(string) error { return nil }

func systemFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) || errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED)
}
