"""Two codings of the same files become one: what differs, who decided what, the file that the study rests on."""
