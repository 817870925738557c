"""The embedded chat model: it chooses tools by meaning and answers from facts by templates."""
