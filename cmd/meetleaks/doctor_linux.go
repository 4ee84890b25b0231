package main

import "golang.org/x/sys/unix"

// openFileLimit is how many files this process may have open; the soft limit, which Go raises to the hard one when it starts.
func openFileLimit() (uint64, bool) { return resourceLimit(unix.RLIMIT_NOFILE) }

// coreLimit is how large a core dump may be, in bytes.
func coreLimit() (uint64, bool) { return resourceLimit(unix.RLIMIT_CORE) }

func resourceLimit(which int) (uint64, bool) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(which, &limit); err != nil {
		return 0, false
	}
	return limit.Cur, true
}

// diskOf tells of the file system on which a folder lies: what the kernel calls it ("" when it is none of the table), whether it
// is a network's, and the bytes that are free for this user.
func diskOf(folder string) (d disk, ok bool) {
	var about unix.Statfs_t
	if err := unix.Statfs(folder, &about); err != nil {
		return disk{}, false
	}
	d.free = about.Bavail * uint64(max(about.Bsize, 0))
	switch uint32(about.Type) { // its size differs between machines
	case unix.NFS_SUPER_MAGIC:
		d.kind, d.network = "NFS", true
	case unix.SMB_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC:
		d.kind, d.network = "SMB", true
	case unix.CEPH_SUPER_MAGIC:
		d.kind, d.network = "Ceph", true
	case unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC:
		d.kind, d.network = "AFS", true
	case unix.V9FS_MAGIC:
		d.kind, d.network = "9P", true
	case unix.OCFS2_SUPER_MAGIC:
		d.kind, d.network = "OCFS2", true
	case unix.TMPFS_MAGIC, unix.RAMFS_MAGIC:
		d.kind, d.fleeting = "memory", true
	case unix.FUSE_SUPER_MAGIC:
		d.kind, d.foreign = "FUSE", true
	}
	return d, true
}
