module speaker

go 1.24.0
