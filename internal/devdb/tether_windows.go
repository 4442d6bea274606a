package devdb

import (
	"os"
	"os/exec"
	"unsafe"

	"golang.org/x/sys/windows"
)

// tie puts the child into a job that ends with its last handle, which is ours, and which
// the system closes however we end.
func tie(*exec.Cmd) (tether, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return tether{}, err
	}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{
		BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{LimitFlags: windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE},
	}
	//nolint:gosec // The call takes the address and the size of a structure.
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation, uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err != nil {
		_ = windows.CloseHandle(job)
		return tether{}, err
	}
	return tether{
		started: func(process *os.Process) error {
			handle, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(process.Pid))
			if err != nil {
				return err
			}
			defer windows.CloseHandle(handle)
			return windows.AssignProcessToJobObject(job, handle)
		},
		ended: func() { _ = windows.CloseHandle(job) },
	}, nil
}

// askToEnd can only kill here: the engine receives no signals.
func askToEnd(process *os.Process) error { return process.Kill() }
