"""Public question sets, read as documents and cases, and our cases written as such sets."""
