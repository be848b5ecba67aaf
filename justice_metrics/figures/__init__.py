"""Drawings in one house style: arrays and words in, matplotlib axes out; nothing is loaded until something is drawn."""
