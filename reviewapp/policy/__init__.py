"""The policy core: schemes as data, facts in, findings and award out. Pure; see docs/scheme-guide.md."""

from reviewapp.policy.evaluation import evaluate
from reviewapp.policy.model import (
    DeclaredField,
    Interpretation,
    PaperRule,
    PoolRule,
    Programme,
    Scheme,
    SecondLook,
    Window,
)
from reviewapp.policy.parse import compile_scheme, parse_scheme, read_toml
from reviewapp.policy.problems import FactsError, Problem, SchemeError
from reviewapp.policy.result import FieldRef, Finding, Result

__all__ = [
    "DeclaredField",
    "FactsError",
    "FieldRef",
    "Finding",
    "Interpretation",
    "PaperRule",
    "PoolRule",
    "Problem",
    "Programme",
    "Result",
    "Scheme",
    "SchemeError",
    "SecondLook",
    "Window",
    "compile_scheme",
    "evaluate",
    "parse_scheme",
    "read_toml",
]
