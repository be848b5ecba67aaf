"""The ground floor: errors, language, provenance, the contract of a result."""
