"""Stories that cross the whole product, against a running server."""
