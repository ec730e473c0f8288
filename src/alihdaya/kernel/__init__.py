"""What every room speaks: money, time, ids, the event envelope, problems. Under 300 lines in all."""
