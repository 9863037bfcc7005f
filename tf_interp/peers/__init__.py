"""What a user would pick instead: other ways to get from one image to another, measured like the project's models.

Every peer offers a `Walk` (see `evaluation.held_out`): (start, goal) float32 [B,H,W,C] in [0, 1] ->
(frames float32 [B,K+1,H,W,C], lengths int32 [B]), with frames[:, 0] the start exactly.
"""
