"""One machine: embedded PostgreSQL and Valkey, the stack, the demo. No part of the product."""
