"""Speed and load, each runnable by one command; docs/performance.md has the figures."""
