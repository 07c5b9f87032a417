"""Finding passages: chunks, vectors, words, and the published index."""
