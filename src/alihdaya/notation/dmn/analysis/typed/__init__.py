"""Static types: FEEL's trees, invocations, boxed expressions and the cells of tables."""
