"""Training: rewards, strategies, critics, the compiled step (sections 3 and 4.4)."""
