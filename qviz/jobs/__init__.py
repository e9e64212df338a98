"""Long work, in line or in the worker process."""
