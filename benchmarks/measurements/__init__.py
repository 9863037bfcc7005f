"""What `benchmarks/speed.py` measures.

turns       processes that take turns at repeating a piece of work, and the ratios of their times
child       such a process
work        the pieces of work: a training step, a walk, a warp, batches of the input pipeline, a matrix product
torch_step  a training step of the same networks in PyTorch
arithmetic  multiply-adds of a training step
memory      peak memory of a training step
startup     seconds from the command to the first iteration
profile     where a training step's time goes
machine     the CPU's name and what it can do
tables      the measurements by name, each a list of rows
"""
