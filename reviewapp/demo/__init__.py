"""The demonstration: invented people, their rendered papers and what a camera does to them.

Used by the command line and the tests only.
"""
