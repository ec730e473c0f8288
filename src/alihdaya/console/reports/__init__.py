"""Reports as pages and files: of a run, and of a morning."""
