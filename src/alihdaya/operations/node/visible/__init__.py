"""What a running node shows of itself: figures for a monitor."""
