"""How uvicorn runs the application: alone, in several processes, or again after each change of the source."""

import importlib
import os
import signal
import socket
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import click
from uvicorn import Config, Server
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import ChangeReload, Multiprocess, multiprocess

from questlog.api.sockets.line import LONGEST
from questlog.cli.accepting import Door
from questlog.cli.exits import Exit, Failure
from questlog.cli.http_protocol import BoundedHttp
from questlog.cli.socket_protocol import BoundedSockets
from questlog.core.loading import loading

# What is left after this is cut off, so that a stuck client cannot keep the server from ending (F-30).
GRACE_SECONDS = 10
PROCESSES_END_WITHIN_S = 11.5
STARTUP_SECONDS = 60
HUNG_S = 4  # a process that does not answer for so long is replaced (F-34)
ORPHAN_PAUSE_S = 0.5
PING_S = 20
SUPERVISOR = "QUESTLOG_SUPERVISOR"
BOUNDS: Mapping[str, Any] = {
    "http": BoundedHttp,
    "ws": BoundedSockets,
    "ws_max_size": LONGEST,
    "ws_ping_interval": PING_S,
    "ws_ping_timeout": PING_S,
    # What is said is small; unpacking a stranger's archives and keeping a dictionary for each peer is not.
    "ws_per_message_deflate": False,
}
"""What uvicorn is told to speak with anybody."""


class OpenServer(Server):
    """Lets in at once all who stand at the door."""

    door: Door | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            self.door = Door(sockets, self._protocol)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.door is not None:
            self.door.close()
        await super().shutdown(sockets)

    def _protocol(self) -> Any:
        made: Any = self.config.http_protocol_class
        return made(self.config, self.server_state, self.lifespan.state)


class OpenProcess(multiprocess.Process):
    @property
    def server(self) -> Server:
        if self._server is None:
            self._server = OpenServer(config=self.config)
        return self._server


class AnnouncingServer(OpenServer):
    """Says where it listens once it answers, and ends at once when it is told to end a second time."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            announce(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.should_exit:
            self.force_exit = True
            for connection in list(self.server_state.connections):
                transport: Any = connection.transport
                transport.abort()
        super().handle_exit(sig, frame)


class AnnouncingSupervisor(Multiprocess):
    """Says where its processes listen once the first of them answers."""

    def init_processes(self) -> None:
        super().init_processes()
        if self.processes[0].wait_until_ready(STARTUP_SECONDS, self.should_exit):
            announce(self.sockets)

    def join_all(self) -> None:
        """Wait for the processes as long as they may take, and take away what hangs."""
        ends = time.monotonic() + PROCESSES_END_WITHIN_S
        for each in self.processes:
            each.process.join(max(0.0, ends - time.monotonic()))
            if each.process.is_alive():
                each.kill()
            each.join()


def serve(host: str, port: int, *, workers: int, reload: bool) -> None:
    """Serve until a signal ends it. Raises Failure when it cannot start."""
    sockets = listen(host, port)
    os.environ["QUESTLOG_PROCESSES"] = str(workers)
    config = Config(
        f"{__name__}:application_of_worker",
        factory=True,
        workers=workers,
        reload=reload,
        reload_dirs=str(Path(__file__).parents[1]) if reload else None,
        **BOUNDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_worker_healthcheck=HUNG_S,
        server_header=False,
        proxy_headers=False,  # the gate believes TRUSTED_PROXIES, and nobody else
        access_log=False,  # the gate logs requests
        log_config=None,
        log_level="warning",
    )
    server = AnnouncingServer(config)
    try:
        if reload:
            os.environ[SUPERVISOR] = str(os.getpid())
            ChangeReload(config, target=server.run, sockets=sockets).run()
        elif workers > 1:
            os.environ[SUPERVISOR] = str(os.getpid())
            vars(multiprocess)["Process"] = OpenProcess  # uvicorn asks nobody which kind to make
            AnnouncingSupervisor(config, sockets=sockets).run()
        else:
            server.run(sockets=sockets)
    except KeyboardInterrupt:
        return
    except SystemExit as end:
        if end.code == STARTUP_FAILURE:
            raise Failure("the server could not start; the lines above say why") from end
        raise


def listen(host: str, port: int) -> list[socket.socket]:
    """Bind every address `host` stands for; nobody is accepted before the application has started."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as error:
        raise Failure(f"API_HOST={host} is no address of this machine", Exit.USAGE) from error
    sockets: list[socket.socket] = []
    for family, _, _, _, address in dict.fromkeys(found):
        try:
            sockets.append(_bind(family, (address[0], port, *address[2:])))
        except OSError as error:
            if sockets:
                continue  # such as ::1 of localhost on a machine without IPv6
            raise Failure(f"cannot listen on {host} port {port}: {error.strerror}") from error
        port = port or sockets[0].getsockname()[1]
    return sockets


def _bind(family: int, address: tuple[Any, ...]) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    bound.set_inheritable(True)
    return bound


def announce(sockets: list[socket.socket]) -> None:
    for address in dict.fromkeys(url_of(bound) for bound in sockets):
        click.echo(f"Questlog is ready at {address}")
    click.echo("Stop it with Ctrl-C.")


def url_of(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"


def application_of_worker() -> Any:
    """Return the application; a worker that outlives its supervisor ends itself, also one that had just begun (F-31)."""
    supervisor = os.environ.get(SUPERVISOR)
    if supervisor:
        threading.Thread(target=_end_with, args=(int(supervisor),), daemon=True).start()
    with loading():
        application: Any = importlib.import_module("questlog.main")
        return application.app


def _end_with(supervisor: int) -> None:
    while os.getppid() == supervisor:
        time.sleep(ORPHAN_PAUSE_S)
    os.kill(os.getpid(), signal.SIGTERM)
