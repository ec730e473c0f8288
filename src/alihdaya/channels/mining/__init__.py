"""The log for process mining: what happened to the work, as OCEL 2.0 and XES that other tools read."""
