"""The straight way: compiled segments, and the packed instances that they give."""
