"""The model of the paper: policy, transformer, transformations, rollout (Fig. 1 and 2, sections 3 and 4.1 to 4.4)."""
