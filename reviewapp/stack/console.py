"""One terminal for many processes: each line carries the name of who said it."""

from __future__ import annotations

import itertools
from typing import TextIO

_COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
_OWN_NAME = "reviewapp"
_LONGEST_LINE = 64 * 1024


class Console:
    """Writes lines as `name │ text`; in colour on a terminal only."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._colours: dict[str, int] = {}
        self._next_colour = itertools.cycle(_COLOURS)
        self._width = len(_OWN_NAME)

    def introduce(self, names: list[str]) -> None:
        """Make room for the longest of the names."""
        self._width = max(self._width, *map(len, names))

    def say(self, text: str) -> None:
        """A line of the supervisor itself."""
        self.line(_OWN_NAME, text)

    def line(self, name: str, text: str) -> None:
        """A line of `name`."""
        label = f"{name:<{self._width}} │"
        if self._stream.isatty():
            colour = self._colours.setdefault(name, next(self._next_colour))
            label = f"\x1b[{colour}m{label}\x1b[0m"
        self._stream.write(f"{label} {text}\n")
        self._stream.flush()


class Lines:
    """Cuts a stream of bytes into lines of text."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, received: bytes) -> list[str]:
        """The lines that `received` completes; an endless line is cut."""
        *lines, self._rest = (self._rest + received).split(b"\n")
        if len(self._rest) > _LONGEST_LINE:
            lines.append(self._rest)
            self._rest = b""
        return [line.decode(errors="replace").rstrip("\r") for line in lines]

    def finish(self) -> list[str]:
        """What stands there without a line's end."""
        rest, self._rest = self._rest, b""
        return [rest.decode(errors="replace")] if rest else []
