"""The conversation: a graph in which a model asks tools and answers, and code checks what it says."""
