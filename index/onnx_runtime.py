"""The one door to onnxruntime: a graph opened, to be run on one thread.

Its wheels for Linux and macOS send reports of what is run to their maker, and keep an identifier and a database in the
user's cache folder, unless the environment says otherwise before the package is imported. Here nothing leaves the
machine, so it does say otherwise.
"""

from __future__ import annotations

import os
from pathlib import Path

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime


def open_session(graph: Path, *, optimised: bool = False) -> onnxruntime.InferenceSession:
    """*graph*, ready to run; *optimised* ones are stored as they run. Raises what onnxruntime raises, bare exceptions.

    One thread that doesn't spin: two spinning ones cost half a second a question on a busy machine.
    """
    options = one_thread()
    if optimised:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def write_optimised(graph: Path, optimised: Path) -> None:
    """Writes *graph* as onnxruntime would run it, so that opening it doesn't wait for that.

    Without its fused normalisation of a layer with its input: that is not vectorised, and makes a reading 7% longer.
    """
    options = one_thread()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(optimised)
    onnxruntime.InferenceSession(
        str(graph), options, providers=["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"]
    )


def one_thread() -> onnxruntime.SessionOptions:
    """Options for one thread, which doesn't spin."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options
