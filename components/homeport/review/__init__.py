"""The comment on a pull request: every stack of two revisions compared, without engine, account or network."""
