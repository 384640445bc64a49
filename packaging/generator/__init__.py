"""Makes fictional business documents with known values: for training general weights and for measuring.

Run it through `packaging/generate.py`. Two families of layouts, `train` and `test`, share the facts and the drawing
primitives, but no code that decides where things stand: what is learnt on one can be measured on the other.
"""
