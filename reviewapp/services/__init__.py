"""What the office does: verbs over the tables. `session`, `actor` and `now` are arguments; nothing here commits."""
