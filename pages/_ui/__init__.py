"""What the pages share: the open trial, the filters, and how a figure is shown."""
