"""The walls around size stand: scripts/check_sizes.py sees what is over them."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "check_sizes.py"


def measure(root: Path, source: str) -> subprocess.CompletedProcess[str]:
    (root / "measured.py").write_text(source)
    return subprocess.run(
        [sys.executable, SCRIPT, root], capture_output=True, text=True, check=False
    )


def test_a_function_of_forty_lines_passes(tmp_path: Path) -> None:
    source = "def long() -> None:\n" + "    print()\n" * 39

    result = measure(tmp_path, source)

    assert result.returncode == 0, result.stdout


def test_a_function_of_forty_one_lines_is_named(tmp_path: Path) -> None:
    source = "def long() -> None:\n" + "    print()\n" * 40

    result = measure(tmp_path, source)

    assert result.returncode == 1
    assert "measured.py:1 long: 41 lines" in result.stdout


def test_a_docstring_costs_nothing(tmp_path: Path) -> None:
    source = 'def told() -> None:\n    """One.\n\n    Two.\n    """\n' + "    print()\n" * 39

    result = measure(tmp_path, source)

    assert result.returncode == 0, result.stdout


def test_a_module_of_three_hundred_and_one_lines_is_named(tmp_path: Path) -> None:
    source = "x = 1\n" * 301

    result = measure(tmp_path, source)

    assert result.returncode == 1
    assert "measured.py: 301 lines" in result.stdout


def test_a_sixth_positional_argument_is_named_and_keyword_only_ones_are_free(
    tmp_path: Path,
) -> None:
    source = "def six(a, b, c, d, e, f): ...\ndef five(a, b, c, d, e, *, f): ...\n"

    result = measure(tmp_path, source)

    assert result.returncode == 1
    assert "six: 6 positional" in result.stdout
    assert "five" not in result.stdout
