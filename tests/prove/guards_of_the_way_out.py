"""Guards of what this server calls: addresses are read once, checked, dialled as they were; a missing database is told."""

from tests.prove.guard import Guard

WAY_OUT = (
    Guard(
        "one closed address spoils a name",
        "clients/dialer.py",
        "        if not all(addresses.may_be_called(",
        "        if not any(addresses.may_be_called(",
        'tests/clients/test_whom_is_dialled.py -k "s131_a_name_that_leads_inside"',
    ),
    Guard(
        "the address that was checked is dialled",
        "clients/dialer.py",
        "await self._network.connect_tcp(str(ip), self._target.port)",
        "await self._network.connect_tcp(self._target.host, self._target.port)",
        'tests/clients/test_whom_is_dialled.py -k "s131_a_name_is_resolved_once"',
    ),
    Guard(
        "half a dotted quad is no host",
        "clients/addresses.py",
        "    if NUMBER.fullmatch(labels[-1]):",
        '    if name.count(".") == 3 and NUMBER.fullmatch(labels[-1]):',
        'tests/clients/test_addresses.py -k "s130_an_unsafe"',
    ),
    Guard(
        "a provider's document leads nobody inside",
        "clients/outgoing.py",
        "EVERYWHERE if named_by is None or _same_host(url, named_by) else ()",
        "EVERYWHERE",
        'tests/clients/test_outgoing.py -k "s134_what_another_server_names_does_not"',
    ),
    Guard(
        "a database that refuses is down and no bug",
        "core/postgres.py",
        "    except OSError as error:  # TimeoutError is one",
        "    except KeyError as error:",
        'tests/core/test_postgres.py -k "f13"',
    ),
)
