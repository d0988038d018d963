"""Tests mirror the tree: tests/<app>/test_<module>.py."""
