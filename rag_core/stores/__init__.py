"""Where things are kept: SQLite is the truth, Chroma and the lexical index are caches of it."""
