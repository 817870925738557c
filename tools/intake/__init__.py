"""What every import shares: files and their headers, typed columns with a reason for each bad row, repeats, storing."""
