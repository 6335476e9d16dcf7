"""Invented people and what they bought, and their papers drawn, photographed and damaged, each with its truth.

Shared by the demo, the benchmarks and the tests; nothing of it stands for anybody. No picture of it is committed.
"""
