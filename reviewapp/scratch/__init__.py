"""Servers to try things on: PostgreSQL, Redis, the sandbox bank, each in a folder of its own.

Benchmarks and tests stand on them. They listen on unix sockets or loopback, belong to the process that started them
and are gone when it is, however it ends. The office itself never starts any of them.
"""
