module polyglot

go 1.24.0
