"""What happens when a part of the machine dies, hangs or goes away."""
