"""Turn `pip config list` (standard input) into shell exports that give uv the same package sources."""

import ast
import os
import shlex
import sys

_UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}
_RANK = ("global", "install", ":env:")


def main() -> None:
    """Print one `export` a setting; what the environment already tells uv is left alone."""
    found: dict[str, tuple[int, str]] = {}
    for line in sys.stdin:
        key, _, value = line.strip().partition("=")
        section, _, name = key.rpartition(".")
        if name in _UV_NAMES and section in _RANK:
            rank = _RANK.index(section)
            found[name] = max(found.get(name, (-1, "")), (rank, str(ast.literal_eval(value))))
    exports = {_UV_NAMES[name]: value for name, (_, value) in found.items() if _UV_NAMES[name] not in os.environ}
    if "UV_INDEX" in exports:
        exports["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    for name, value in exports.items():
        separator = "," if name == "UV_FIND_LINKS" else " "
        print(f"export {name}={shlex.quote(separator.join(value.split()))}")


if __name__ == "__main__":
    main()
