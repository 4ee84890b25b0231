// Package files finds what to read on this machine: files, folders and standard input.
//
// What is read: every regular file below a folder, hidden ones too, for a leak hides where nobody looks. Not read, each
// with a policy skip that says so: the object stores of version control (compressed, or copies), what the globs exclude,
// and whatever is no regular file (pipes, sockets, devices), which is never opened. Ignore files (.gitignore) do not count.
//
// A target itself may also be a pipe, as the shell makes one of <(command): it is read like standard input. A named pipe to
// which nobody writes is a failure after a second, and so is a target that is a device or a socket.
//
// Symbolic links: one given as a target is followed. Inside a folder none is followed: what it leads to is either inside
// the folder and read under its own name, or outside and not asked for. Each is a policy skip with where it leads.
//
// Files that vanish or cannot be opened are failures. The order is that of the targets, and inside a folder by name; of a
// folder with more than 32,768 entries (fewer where such folders lie in each other) each batch of so many is ordered by itself.
package files
