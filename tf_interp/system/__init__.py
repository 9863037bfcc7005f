"""Plumbing: device, files, start-up, provenance, signals."""
