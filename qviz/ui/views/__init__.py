"""One view a file. Each draws frozen results that are handed to it and knows no session."""
