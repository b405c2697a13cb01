"""The way in for everything that stays: who is let in, how much they may say, and with which word they are shown out."""
