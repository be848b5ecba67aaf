"""The case files of the tests of the command line serve here too."""

from tests.cli.conftest import files

__all__ = ["files"]
