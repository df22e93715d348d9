"""`python -m tgfair.cli` is the same as `tgfair`."""

from tgfair.cli.main import main

main()
