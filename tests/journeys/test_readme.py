"""The README's tour, run as it is printed."""

import re
import subprocess
from pathlib import Path

from tests.support.server import running_server

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"```bash\n(.*?)```", re.DOTALL)


def test_the_tour_of_the_readme_works_as_printed(tmp_path: Path) -> None:
    blocks = BLOCK.findall((ROOT / "README.md").read_text())
    script = "set -euo pipefail\n" + "\necho\n".join(blocks)

    with running_server(f"sqlite:///{tmp_path}/questlog.db", tmp_path) as server:
        here = script.replace("http://localhost:8000", server.url).replace(
            ".venv/bin/", f"{ROOT}/.venv/bin/"
        )
        here = here.replace("ada.json", str(tmp_path / "ada.json"))
        home = {"QUESTLOG_HOME": str(tmp_path / "home"), "PATH": "/usr/local/bin:/usr/bin:/bin"}
        done = subprocess.run(
            ["/bin/bash"], input=here, text=True, capture_output=True, env=home, check=False
        )

    assert done.returncode == 0, done.stdout + done.stderr
    assert len(blocks) >= 12
    assert '"request_id"' not in done.stdout, done.stdout  # only problems have one
    assert "Read two pages" in done.stdout
    assert "Begin with" in done.stdout  # the coach's plan
    assert "accepted" in done.stdout  # and what it proposed
    assert '"format": "questlog"' in (tmp_path / "ada.json").read_text()
