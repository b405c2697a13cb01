"""What those who do jobs may say about them."""


class RefusedError(Exception):
    """A job that will never succeed, whoever tries: it is buried at once."""


class RequeuedError(Exception):
    """A job that asks to be done later."""
