"""The commands, run as operators run them: one real process each."""
