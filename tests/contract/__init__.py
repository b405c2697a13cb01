"""Promises about every address, command and file that is printed somewhere."""
