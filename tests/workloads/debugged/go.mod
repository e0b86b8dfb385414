module debugged

go 1.24
