"""What hangs on the cases: hearings, protection, statements, sentences, detention, warrants, reparation."""
