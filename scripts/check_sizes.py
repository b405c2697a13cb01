"""Walls around size: a module fits on a few screens, a function on one, a call on one line.

Prints every place that is over a limit and exits with 1 if there is one. A docstring does not count towards its
function, because explaining well should cost nothing.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

MODULE_LINES = 300
FUNCTION_LINES = 40
POSITIONAL_ARGUMENTS = 5

Function = ast.FunctionDef | ast.AsyncFunctionDef


def main(roots: list[str]) -> int:
    findings = [finding for path in sources(roots) for finding in inspect(path)]
    print("\n".join(findings) or "All sizes are within the walls.")
    return 1 if findings else 0


def sources(roots: list[str]) -> list[Path]:
    return sorted(path for root in roots for path in Path(root).rglob("*.py"))


def inspect(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if (lines := len(text.splitlines())) > MODULE_LINES:
        yield f"{path}: {lines} lines, the wall is {MODULE_LINES}"
    for function in functions(ast.parse(text)):
        place = f"{path}:{function.lineno} {function.name}"
        if (lines := length(function)) > FUNCTION_LINES:
            yield f"{place}: {lines} lines, the wall is {FUNCTION_LINES}"
        if path.parts[0] != "tests" and (count := positional(function)) > POSITIONAL_ARGUMENTS:
            yield f"{place}: {count} positional arguments, the wall is {POSITIONAL_ARGUMENTS}"


def functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def length(function: Function) -> int:
    """Return the lines from `def` to the end, without the docstring."""
    first, last = function.body[0], function.end_lineno or function.lineno
    docstring = 0
    if ast.get_docstring(function) is not None:
        docstring = (first.end_lineno or first.lineno) - first.lineno + 1
    return last - function.lineno + 1 - docstring


def positional(function: Function) -> int:
    names = [argument.arg for argument in function.args.posonlyargs + function.args.args]
    return len([name for name in names if name not in ("self", "cls")])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["src", "tests"]))
