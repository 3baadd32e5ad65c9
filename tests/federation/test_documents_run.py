"""The commands of the tutorials are run as they stand, each page in an empty home."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.sources import ROOT

pytestmark = pytest.mark.federation

SAID = {
    "a-node.md": ("seal", "noise"),
    "a-first-question.md": ("It holds: signed by the hub of Example.", "1 / 1"),
}


@pytest.mark.parametrize("page", sorted(path.name for path in (ROOT / "docs/tutorial").glob("*.md")))
@pytest.mark.timeout(900)
def test_every_command_of_a_tutorial_works(page: str, tmp_path: Path) -> None:
    blocks = re.findall(
        r"^```sh\n(.*?)^```", (ROOT / "docs/tutorial" / page).read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    script = "set -eu\n" + "\n".join(blocks)
    environ = {
        "HOME": str(tmp_path),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "LANG": "C.UTF-8",
    }
    bash = shutil.which("bash")
    assert bash is not None
    done = subprocess.run(
        [bash, "-c", script], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=840, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    assert [phrase for phrase in SAID[page] if phrase not in done.stdout] == []
