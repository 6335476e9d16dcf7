"""Limits the child puts on itself before it reads a single byte of the file."""

import resource

from .limits import Limits

_OPEN_FILES = 32


def enter_cage(limits: Limits, *, threads: bool = False) -> None:
    """Bound memory and processor time; forbid writing files, starting processes and leaving a core behind.

    RLIMIT_NPROC forbids threads as well as processes, so a decoder that cannot do without (`threads`) is let off it;
    the kernel does not enforce it for root. Whatever is started all the same dies with the process group.
    """
    _set(resource.RLIMIT_AS, limits.memory_bytes)
    _set(resource.RLIMIT_CPU, limits.cpu_seconds, grace=1)
    _set(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _set(resource.RLIMIT_FSIZE, 0)
    _set(resource.RLIMIT_CORE, 0)
    if not threads:
        _set(resource.RLIMIT_NPROC, 0)


def _set(what: int, value: int, grace: int = 0) -> None:
    """Lower the hard limit too, so that nothing running later can raise it again.

    `grace` keeps the processor limit's warning signal (SIGXCPU, which ends us) ahead of its SIGKILL.
    """
    _, hard = resource.getrlimit(what)
    bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (bound, bound + grace if hard == resource.RLIM_INFINITY else bound))
