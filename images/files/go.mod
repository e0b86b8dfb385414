module files

go 1.24.0
