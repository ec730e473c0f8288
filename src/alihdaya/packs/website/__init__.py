"""Website services: sites looked at on a timer, findings mended, released, looked at again, rolled back."""
