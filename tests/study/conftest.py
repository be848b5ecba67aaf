"""The case files of the tests of the command line serve here too."""

from tests.cli.conftest import files as files
