"""`python -m alihdaya.cli`: the same as `alihdaya`."""

from alihdaya.cli import main

main()
