"""Training that others made: SCORM packages become courses of a pack, xAPI statements become results."""
