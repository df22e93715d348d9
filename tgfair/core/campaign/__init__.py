"""What an officer writes to many: chips in the text, checks before sending, pace."""
