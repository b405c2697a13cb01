"""What is drawn is what an app scans."""

import re

import pytest

from questlog.identity import qr_codes, totp_codes
from tests.support.qr_codes import of_blocks, of_svg, seen

TEXTS = [
    totp_codes.uri(b"x" * 20, "ada+quest@example.org"),
    totp_codes.uri(b"\xff" * 20, "Ада Лавлейс"),
    totp_codes.uri(b"\x00" * 20, "🚀" * 200),
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_page_shows_what_an_app_scans(text: str) -> None:
    svg = qr_codes.svg(text)

    assert seen(of_svg(svg)) == text
    assert not re.search(r"<script|href|http", svg)


@pytest.mark.parametrize("text", TEXTS)
def test_a_terminal_shows_what_an_app_scans(text: str) -> None:
    assert seen(of_blocks(qr_codes.blocks(text))) == text


def test_the_code_of_an_ordinary_account_fits_an_ordinary_terminal() -> None:
    lines = qr_codes.blocks(TEXTS[0])

    assert len(lines) <= 27
    assert {len(line) for line in lines} == {len(lines[0])}
    assert len(lines[0]) <= 60
