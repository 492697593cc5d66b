"""Numbers and charts become files: pictures, workbooks and where they come from."""
