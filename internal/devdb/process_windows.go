package devdb

import "golang.org/x/sys/windows"

// stillActive is the exit code of a running process.
const stillActive = 259

// Alive says whether the process runs.
func Alive(pid int) bool {
	if pid <= 0 {
		return false
	}
	handle, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		return false
	}
	defer windows.CloseHandle(handle)
	var code uint32
	return windows.GetExitCodeProcess(handle, &code) == nil && code == stillActive
}

// commandLine is unknown on this system, so a left-over engine is never taken for ours.
func commandLine(int) string { return "" }
