"""The ground: database, processes, set-up, production files."""
