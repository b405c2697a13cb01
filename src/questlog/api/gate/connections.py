"""What a server and the application tell each other about one connection, in the `state` of its scope.

A server that does not know these words serves as well; it only lets go of stuck peers later.
"""

from typing import Final

HANG_UP: Final = "questlog.hang_up"
"""Put there by the server: ends the connection at once, whatever the peer has not read."""
LEAVE: Final = "questlog.leave"
"""Put there by a stream without an end: called when the server shuts down."""
CROWD: Final = "questlog.crowd"
"""Put there by the application at its start: who waits for an answer, so that the server can refuse at little cost."""
PLACE: Final = "questlog.place"
"""Put there by the server: the place of a request in the crowd, taken when it was read and not when its turn came."""
