"""Generate fictional documents with known values: `python packaging/generate.py --help`."""

from generator.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
