"""A random mix of faults over real processes under load, and what must be true afterwards: `make soak`."""
