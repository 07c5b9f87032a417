"""Trains the reader: the model that says whether a passage answers a question, and where."""

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
"""As in `index.onnx_runtime`, for what imports other parts of onnxruntime before that."""
