"""Trains the reader: the model that says whether a passage answers a question, and where."""
