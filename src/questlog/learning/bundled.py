"""The courses that come with Questlog, and reading a course from where it lies."""

from pathlib import Path

from questlog.learning import course_files
from questlog.learning.course_files import CourseFile
from questlog.learning.marked_text import BadFileError, Problem

CONTENT = Path(__file__).parent / "content"
ENDINGS = frozenset({".yaml", ".yml", ".json"})


def courses() -> list[CourseFile]:
    """Return the bundled courses, by their slugs. Raises `BadFileError`."""
    return [read(folder) for folder in sorted(CONTENT.iterdir()) if folder.is_dir()]


def read(path: Path) -> CourseFile:
    """Read a course from a file or a folder. Raises `BadFileError`, `OSError`."""
    if path.is_dir():
        files = sorted(one for one in path.iterdir() if one.suffix.lower() in ENDINGS)
        return course_files.read_files({one.name: text_of(one) for one in files})
    return course_files.read_text(text_of(path), path.name)


def text_of(path: Path) -> str:
    """Raises `BadFileError` for what is no UTF-8, `OSError`."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        message = "is not in UTF-8. Save it so in your editor."
        raise BadFileError([Problem(path.name, line, "", message)]) from error
