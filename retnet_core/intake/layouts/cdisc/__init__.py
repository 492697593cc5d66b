"""What CDISC's ADaM and SDTM share: data sets of named variables, a sheet or file each."""
