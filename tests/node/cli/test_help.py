"""Every command of a node explains itself, before there is any node."""

import pytest
from click.testing import CliRunner

from marke_node.cli import COMMANDS, node


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(node, [command, "--help"])
    assert result.exit_code == 0, result.output
    assert result.output.strip()
