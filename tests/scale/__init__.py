"""`make scale`: an installation of several machines in small, with everything that can be taken away taken away."""
