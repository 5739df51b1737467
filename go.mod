module evict

go 1.26
