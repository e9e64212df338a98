"""``python -m qviz``."""

from __future__ import annotations

from qviz.cli import main

# The worker process imports this module again; only the first one is the program.
if __name__ == "__main__":
    main()
