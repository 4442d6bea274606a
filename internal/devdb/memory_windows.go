package devdb

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// memory returns the machine's memory in bytes; 0 if unknown.
func memory() uint64 {
	var kiB uint64
	call := windows.NewLazySystemDLL("kernel32.dll").NewProc("GetPhysicallyInstalledSystemMemory")
	if call.Find() != nil {
		return 0
	}
	if ok, _, _ := call.Call(uintptr(unsafe.Pointer(&kiB))); ok == 0 {
		return 0
	}
	return kiB << 10
}
