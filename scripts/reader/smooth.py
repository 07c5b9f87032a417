"""Evens out what a graph's int8 multiplications are given, before it is quantised.

Of the 768 activations that enter a feed-forward layer a few are thirty times as large as the others, always the same
ones. Dynamic int8 has one scale for all of them, so that the others keep three or four bits. Each activation is
therefore divided by a factor of its own, and the weights that it meets are multiplied by the same factor: the graph
says the same, and its activations are alike. (SmoothQuant: Xiao et al., 2023.)
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from index.onnx_runtime import open_session

Feed = Mapping[str, NDArray[np.int64]]
Floats = NDArray[np.float32]

_STRENGTH = 0.85
"""How much of the unevenness goes over into the weights: 0 none, 1 all. Weights can bear it, with a scale a column."""
_UNEVEN = 5.0
"""Largest activation by the median one from which a multiplication is evened out."""
_LEAST = 1e-4


def smooth(graph: onnx.ModelProto, feeds: Iterable[Feed]) -> int:
    """Evens out *graph*, in its place, by what its activations are for *feeds*; how many places were."""
    weights = {tensor.name: tensor for tensor in graph.graph.initializer}
    uneven = 0
    for name, largest in _largest(graph, weights, feeds).items():
        if largest.max() > _UNEVEN * np.median(largest):
            uneven += 1
            _divide(graph, name, _factors(largest, [w for _, w in _multiplied(graph, name, weights)]), weights)
    return uneven


def _multiplied(
    graph: onnx.ModelProto, name: str, weights: Mapping[str, onnx.TensorProto]
) -> Iterator[tuple[onnx.NodeProto, Floats]]:
    """The multiplications of the activations *name* by weights, and those weights (in, out)."""
    for node in graph.graph.node:
        if node.op_type == "MatMul" and node.input[0] == name and node.input[1] in weights:
            yield node, numpy_helper.to_array(weights[node.input[1]])


def _largest(
    graph: onnx.ModelProto, weights: Mapping[str, onnx.TensorProto], feeds: Iterable[Feed]
) -> dict[str, Floats]:
    """The largest absolute value of each activation that is multiplied by weights, by the name of the array."""
    multiplied = [n for n in graph.graph.node if n.op_type == "MatMul" and n.input[1] in weights]
    names = list(dict.fromkeys(node.input[0] for node in multiplied))
    told = onnx.ModelProto()
    told.CopyFrom(graph)
    told.graph.output.extend(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in names)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "told.onnx"
        onnx.save_model(told, path)
        session = open_session(path)
    inputs = {given.name for given in session.get_inputs()}
    largest: dict[str, Floats] = {}
    for feed in feeds:
        taken = {name: array for name, array in feed.items() if name in inputs}
        for name, values in zip(names, session.run(names, taken), strict=True):
            here = np.abs(values).reshape(-1, values.shape[-1]).max(axis=0)
            largest[name] = np.maximum(largest.get(name, here), here)
    return largest


def _factors(largest: Floats, weights: list[Floats]) -> Floats:
    """What each activation is divided by; their geometric mean is 1."""
    heaviest = np.max([np.abs(array).max(axis=1) for array in weights], axis=0)
    factors = np.maximum(largest, _LEAST) ** _STRENGTH / np.maximum(heaviest, _LEAST) ** (1 - _STRENGTH)
    even: Floats = (factors / np.exp(np.log(factors).mean())).astype(np.float32)
    return even


def _divide(graph: onnx.ModelProto, name: str, factors: Floats, weights: Mapping[str, onnx.TensorProto]) -> None:
    """Divides the activations *name* by *factors* where weights meet them, and multiplies those weights."""
    meeting = list(_multiplied(graph, name, weights))
    first = next(place for place, node in enumerate(graph.graph.node) if node.name == meeting[0][0].name)
    graph.graph.initializer.append(numpy_helper.from_array(1 / factors, f"{name}_even_by"))
    even = helper.make_node("Mul", [name, f"{name}_even_by"], [f"{name}_even"], name=f"{name}_evened")
    for node, array in meeting:
        node.input[0] = f"{name}_even"
        weights[node.input[1]].CopyFrom(numpy_helper.from_array(array * factors[:, None], node.input[1]))
    graph.graph.node.insert(first, even)
