"""Tables of counts that an office sends, checked and in canonical form."""
