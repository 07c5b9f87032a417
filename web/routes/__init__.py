"""The ways in: pages for people, the reader of explainers, the JSON API, and health checks."""
