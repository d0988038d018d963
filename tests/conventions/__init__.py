"""House rules as tests: each rule is a function over a text, first shown to see a planted violation."""
