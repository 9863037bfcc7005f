"""Training objectives: pure functions of a `Trajectory` and its rewards. One file a strategy of section 4.4."""
