"""Numbers become charts: a result goes in, a Figure comes out."""
