"""Critics of frames, one file each: what it rewards, and how it learns."""
