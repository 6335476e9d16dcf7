"""Benchmarks: each measures the real thing and, in the same run, a raw baseline beside it."""
