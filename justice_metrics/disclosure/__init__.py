"""What may leave the room: until the gate exists, internal releases only."""
