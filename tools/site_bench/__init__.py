"""Weeks of whole sites against every failure, beside other ways to share: `make site-bench`."""
