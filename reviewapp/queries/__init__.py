"""Read-only selects behind the pages; nothing here writes."""
