"""Networks: pure address planning, and a component for each cloud."""
