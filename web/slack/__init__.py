"""Slack: what comes in, who may ask, and how a reply is posted once."""
