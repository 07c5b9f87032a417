"""The ways in: chat pages, the reader of explainers, and the JSON API."""
