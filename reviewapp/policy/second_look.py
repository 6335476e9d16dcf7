"""Which of a reviewer's decisions a second person looks at before they are carried out. Pure."""

from __future__ import annotations


def sampled(percent: int, decided: int, looked_at: int, chance: float) -> bool:
    """Is this decision of the reviewer's share? `decided` counts it, `looked_at` those taken before, `chance` (0 to 1)
    is drawn for it.

    After n decisions between ⌊n·percent/100⌋ and ⌈n·percent/100⌉ have been taken, whatever the chances; within that
    nobody can tell which ones.
    """
    due = percent * decided - 100 * looked_at
    return due >= 100 or (due > 0 and chance * 100 < percent)
