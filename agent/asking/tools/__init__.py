"""What a model can ask besides the ledger's query tools: one file a tool, found by walking."""
