"""What readers tell us: the forms, what protects them, and what becomes of what they hold."""
