"""`make interop`: what Questlog understands, held against what others say.

The answers of the outside are kept as files, so that `make test` compares without the outside.
"""
