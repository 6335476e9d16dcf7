"""What tests stand on: real PostgreSQL and Redis servers, fresh databases, processes that end with the run."""
