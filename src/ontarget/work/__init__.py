"""Long computations in chunks: stores that survive their process, and who computes."""
