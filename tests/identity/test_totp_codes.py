"""One-time passwords, held against the values of RFC 6238 and RFC 4226."""

from datetime import UTC, datetime

import pytest

from questlog.identity import totp_codes

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [  # RFC 6238, appendix B, the rows of SHA-1
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    step = totp_codes.step_at(datetime.fromtimestamp(seconds, UTC))

    assert totp_codes.code_at(SECRET, step, digits=8) == code


def test_codes_are_those_of_rfc_4226() -> None:
    codes = [totp_codes.code_at(SECRET, step) for step in range(4)]

    assert codes == ["755224", "287082", "359152", "969429"]


def test_a_clock_may_be_one_step_off() -> None:
    now = datetime.fromtimestamp(2_000_000_010, UTC)
    step = totp_codes.step_at(now)

    believed = {
        by: list(totp_codes.matching_steps(SECRET, totp_codes.code_at(SECRET, step + by), now))
        for by in range(-3, 4)
    }

    assert believed == {by: [step + by] if abs(by) <= 1 else [] for by in range(-3, 4)}


def test_the_address_of_a_qr_code_names_account_and_issuer() -> None:
    uri = totp_codes.uri(SECRET, "ada+quest@example.org")

    assert uri == (
        "otpauth://totp/Questlog:ada%2Bquest%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        "&issuer=Questlog&algorithm=SHA1&digits=6&period=30"
    )
