import json
import multiprocessing
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questlog.core import secret_file
from questlog.core.config import SettingsError, load_settings
from questlog.core.secret_file import SecretFileError, stored_secret
from questlog.core.secret_strength import weakness


@pytest.mark.parametrize(
    ("secret", "reason"),
    [
        ("your-secret-key-change-in-production", "placeholder"),
        ("your_super_secret_jwt_key_at_least_32_characters", "placeholder"),
        ("change-me-change-me-change-me-change-me", "placeholder"),
        ("CHANGE_THIS_TO_SOMETHING_LONG_AND_RANDOM_PLEASE", "placeholder"),
        ("secret", "placeholder"),
        ("<put a long random string here, please do>", "placeholder"),
        ("0123456789abcdef0123456789abcdef", "placeholder"),
        ("tooshort8f7s6d5f", "16 characters"),
        ("a" * 64, "repeats"),
        ("abc123XYZ" * 6, "repeats"),
        ("abababcabababcabababbcababacabab", "repeats"),
    ],
)
def test_weak_secrets_are_seen(secret: str, reason: str) -> None:
    assert reason in (weakness(secret) or "")


@given(st.binary(min_size=32, max_size=32))
def test_random_secrets_are_let_through(content: bytes) -> None:
    if len(set(content.hex())) >= 8 and "0123456789" not in content.hex():
        assert weakness(content.hex() + "!") is None


def test_a_secret_is_made_once_and_is_private(tmp_path: Path) -> None:
    directory = tmp_path / "new" / "data"

    first, second = stored_secret(directory, "KEY"), stored_secret(directory, "KEY")

    assert first == second
    assert weakness(first, min_length=64) is None
    assert stat.S_IMODE((directory / secret_file.FILE_NAME).stat().st_mode) == 0o600
    assert [path.name for path in directory.iterdir()] == [secret_file.FILE_NAME]


def test_ten_first_starts_at_once_agree(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(10) as starts:
        secrets = starts.starmap(stored_secret, [(tmp_path, "KEY")] * 40)

    assert len(set(secrets)) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [("", "damaged"), ("{", "damaged"), ("[]", "holds no KEY"), ('{"KEY": ""}', "holds no KEY")],
)
def test_a_damaged_file_is_not_replaced(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / secret_file.FILE_NAME
    path.write_text(content)

    with pytest.raises(SecretFileError, match=words):
        stored_secret(tmp_path, "KEY")

    assert path.read_text() == content


def test_settings_keep_their_key_between_starts(tmp_path: Path) -> None:
    environ = {"DATA_DIR": str(tmp_path)}

    first = load_settings(environ, None).tokens.secret_key
    second = load_settings(environ, None).tokens.secret_key
    own = load_settings({**environ, "SECRET_KEY": "k" * 64}, None).tokens.secret_key

    kept = json.loads((tmp_path / secret_file.FILE_NAME).read_text())
    assert first == second
    assert kept == {"SECRET_KEY": first.get_secret_value()}
    assert own.get_secret_value() == "k" * 64


def test_a_directory_that_cannot_be_made_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SettingsError, match="SECRET_KEY is not set, and"):
        load_settings({"DATA_DIR": str(tmp_path / "file")}, None)


def test_wrong_settings_make_no_secret(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        load_settings({"DATA_DIR": str(tmp_path / "data"), "SMTP_USER": "me"}, None)

    assert not (tmp_path / "data").exists()


def test_a_file_open_to_others_is_a_warning(tmp_path: Path) -> None:
    load_settings({"DATA_DIR": str(tmp_path)}, None)
    (tmp_path / secret_file.FILE_NAME).chmod(0o644)

    warnings = load_settings({"DATA_DIR": str(tmp_path)}, None).warnings

    assert ["secrets.json" in warning for warning in warnings] == [True]
