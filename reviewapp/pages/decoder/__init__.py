"""What runs inside the limited child process. Imports nothing of the rest of the application."""
