"""Reading a file's bytes: imported by the child process, which has no other part of the program."""
