"""What officials and users think of the system: answers, scales, differences, and how reliable scales are."""
