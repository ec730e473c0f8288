"""Workers that are programs: people's tasks under a lease, and the practical test by which they earn certificates."""
