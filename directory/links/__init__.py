"""Whether the links of the site lead somewhere: where they are shown, how they are called, what to think of an answer.

`uses` knows where links stand and replaces them, `network` what may be called and how, `politeness` when, `judging`
follows one link to its end, `checking` does it for many and writes what was found.
"""
