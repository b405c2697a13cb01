"""Every guard is switched off in turn, and the test that is named for it must turn red."""
