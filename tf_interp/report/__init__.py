"""The report on what is in results/."""
