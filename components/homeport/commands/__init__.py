"""The subcommands of `homeport`, a module each, imported only when used."""
