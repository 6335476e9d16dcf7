"""`python -m reviewapp.cli` is `reviewapp`, also where the entry point is not installed."""

from reviewapp.cli import main

main()
