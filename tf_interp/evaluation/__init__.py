"""Measuring walks on held-out pairs.

Knows walks and feature networks as functions of arrays (`held_out.Walk`, `activations.Extract`), and no model.
"""
