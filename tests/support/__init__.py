"""What tests stand on: real servers, real processes, conditions that are awaited."""
