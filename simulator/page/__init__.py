"""The shop's admin for people: one page to look at and click, in plain HTML."""
