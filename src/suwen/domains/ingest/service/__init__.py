"""What happens in the room: definitions come in, feeds run, batches are told of."""
