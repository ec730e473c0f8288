"""Rate cards: kinds of rates, tiers, commitments, overtime, indexation, foreign currencies."""
