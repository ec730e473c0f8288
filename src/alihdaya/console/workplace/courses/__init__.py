"""Courses in the browser: the page around a module at the workplace, and the files at an address of their own."""
