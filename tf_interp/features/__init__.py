"""Frozen networks that images are looked at through."""
