"""The command line: options and no thought. One file a command in `commands/`; the folder is the list."""
