"""Boxes before they are shipped: ids, credentials, certificates, configuration, labels."""
