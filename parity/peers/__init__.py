"""Where losses of other packages are wrong: records, the programs run, and the page.

`python examples/verify_peers.py --page` writes docs/wrong-peers.md, `--check` compares
it with another run. A record is a table of `defects/PACKAGE.toml`; `record.Defect` says
what belongs in it.
"""
