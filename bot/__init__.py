"""One question, one reply: retrieval, drafting, grounding, conversations."""
