module github.com/vuelto/vuelto

go 1.26
