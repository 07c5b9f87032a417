"""Speeds and memory, as ratios measured in one run."""

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
"""As in `index.onnx_runtime`, for what imports other parts of onnxruntime before that."""
