"""The address of a calendar, at a terminal."""

from urllib.parse import urlsplit

from tests.support.terminal import Terminal


def test_a_calendar_gets_an_address_and_loses_it(ada: Terminal) -> None:
    before = ada.run("calendar").lines

    made = ada.run("calendar", "link")
    during = ada.run("calendar").lines
    closed = ada.run("calendar", "close").lines
    after = ada.run("calendar", "--json").json

    [address] = made.lines
    assert urlsplit(address).path.endswith(".ics")
    assert "not shown again" in made.err
    assert before == ["Your calendar has no address yet: questlog calendar link"]
    assert during[0].endswith("it was read last: never")
    assert closed == ["The address of your calendar is closed."]
    assert after is None


def test_nobody_is_asked_where_nobody_answers(ada: Terminal) -> None:
    first = ada.run("calendar", "link", "--json").json["token"]

    refused = ada.run("calendar", "link", expect=1)

    second = ada.run("calendar", "link", "--yes", "--json").json["token"]

    assert "Say --yes" in refused.err
    assert first != second
