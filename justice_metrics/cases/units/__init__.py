"""Units: the members of a case, the cases of a proceeding, and how one is counted as the other."""
