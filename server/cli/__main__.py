"""``python -m server.cli`` is ``duikou``."""

from server.cli import main

main(prog_name="duikou")
