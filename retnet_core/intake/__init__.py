"""A file becomes a Trial plus findings: nothing it holds is dropped in silence."""
