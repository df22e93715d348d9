"""Paper and files: bytes in, bytes out."""
