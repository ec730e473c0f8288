"""The page where an applicant speaks: consent, level, a look at the noise, another try, and the file kept."""
