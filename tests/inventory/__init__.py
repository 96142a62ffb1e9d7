"""Stock as the shop has it and as it is promised: observed, reserved, handed over, swept."""
