"""`python -m tests.support.hostile FOLDER`: write the hostile files."""

import sys
from pathlib import Path

from tests.support.hostile import write_hostile

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tests.support.hostile FOLDER")
    print(len(write_hostile(Path(sys.argv[1]))))
