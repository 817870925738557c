"""The chat in a terminal: its line, its commands, its sessions."""
