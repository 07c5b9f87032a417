"""The ways a reply is written for each channel: one adapter a file."""
