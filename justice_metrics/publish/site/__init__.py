"""The observatory: a public statistics site from a release."""
