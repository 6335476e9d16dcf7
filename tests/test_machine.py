"""Memory given back to the system."""

from __future__ import annotations

from reviewapp.machine import give_back_memory, resident_megabytes


def leave_pieces(megabytes: int) -> list[bytes]:
    """Ask for much in small blocks and free all but one in fifty, which keep the C library from returning the rest."""
    return [bytes(65_536) for _ in range(16 * megabytes)][::50]


def test_freed_memory_goes_back_only_when_too_much_is_held() -> None:
    kept = leave_pieces(200)
    held = resident_megabytes()
    give_back_memory(over=held + 1_000)
    assert resident_megabytes() > held - 20
    give_back_memory(over=held - 50)
    assert resident_megabytes() < held - 100
    assert len(kept) == 64
