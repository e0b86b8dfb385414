module launcher

go 1.25.0
