"""QR codes, for a page to show and for a terminal. Pure."""

from io import StringIO

import segno
from segno import QRCode

# A seventh may be unreadable (ISO/IEC 18004, level M); what could mend more would not fit a terminal.
LEVEL = "m"
QUIET_ZONE = 4  # modules of white on every side, as ISO/IEC 18004 asks for
QUIET_ZONE_OF_A_TERMINAL = 2  # enough for the eye of a phone, and it fits 80 columns


def svg(text: str) -> str:
    """Return it as an `<svg>` element without a size of its own, black on white whatever the page looks like."""
    return _made(text).svg_inline(border=QUIET_ZONE, dark="#000", light="#fff", omitsize=True)


def blocks(text: str) -> list[str]:
    """Return it as lines of block characters, two modules high; what is drawn is the light part."""
    drawn = StringIO()
    _made(text).terminal(out=drawn, border=QUIET_ZONE_OF_A_TERMINAL, compact=True)
    return drawn.getvalue().splitlines()


def _made(text: str) -> QRCode:
    return segno.make(text, error=LEVEL, micro=False, boost_error=False)
