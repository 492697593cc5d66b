"""The views of the Survival screen: one endpoint looked at as curves, causes or subgroups."""
