"""One file a command (`import_.py` is `import`), its first docstring line the help. Exports `app`, a Typer."""
