"""How victims were treated: items of practice by a checklist, their change, and what follows them."""
