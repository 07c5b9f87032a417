"""``python -m footnoted``."""

from footnoted.cli import main

if __name__ == "__main__":
    main()
