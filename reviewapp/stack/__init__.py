"""The embedded stack: one supervisor for Redis, web, workers, cron, reconciler and sandbox bank on one machine."""
