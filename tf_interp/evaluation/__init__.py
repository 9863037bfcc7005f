"""Measuring walks on held-out pairs."""
