"""A client's web site: looked at within bounds, judged, told apart from last time, released and rolled back."""
