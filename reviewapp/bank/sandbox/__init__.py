"""A bank to practise on: its own process, its own books, and switches for everything that goes wrong with real ones."""
