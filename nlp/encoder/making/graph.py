"""A BERT-like encoder as an ONNX graph that ends in mean pooling and length 1, its matrix products in 8-bit integers.

Activations are scaled row by row, that is token by token, as they come. ONNX Runtime's own dynamic quantisation scales a
whole batch at once: the same text then has different vectors beside different neighbours (cosine down to .994), and one
outlier costs every token precision. Weights have seven bits and a sign, a scale for each column: with eight, the sums of
processors without VNNI instructions overflow. Measured in docs/models.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nlp.encoder.making.weights import Shape, State
from strazha.errors import MissingExtraError

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Largest weight: seven bits, sign included.
_TOP = 63
#: Operators of ONNX Runtime beyond the standard.
_MS = "com.microsoft"
_OPSET, _IR = 21, 10
_BLOCK = 32


def build_graph(shape: Shape, state: State, *, quantised: bool = True) -> bytes:
    """The ONNX file: ``input_ids``, ``attention_mask`` (int64 ``[batch, seq]``) -> ``embedding`` (float32 ``[batch, hidden]``).

    ``quantised=False`` keeps everything in float32: what the quantised one is judged by.
    """
    try:
        import onnx
    except ImportError as error:
        raise MissingExtraError("making a model", "model") from error
    writer = _Writer(onnx)
    body = _Body(writer, shape, state, quantised=quantised)
    hidden = body.embeddings()
    for layer in range(shape.layers):
        hidden = body.layer(hidden, f"encoder.layer.{layer}")
    body.pooled(hidden)
    inputs = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.INT64, ["batch", "seq"]) for name in _INPUTS]
    output = onnx.helper.make_tensor_value_info("embedding", onnx.TensorProto.FLOAT, ["batch", shape.hidden])
    graph = onnx.helper.make_graph(writer.nodes, "encoder", inputs, [output], writer.constants)
    domains = [onnx.helper.make_opsetid("", _OPSET), onnx.helper.make_opsetid(_MS, 1)]
    model = onnx.helper.make_model(graph, opset_imports=domains, ir_version=_IR, producer_name="strazha")
    data: bytes = model.SerializeToString(deterministic=True)
    return data


_INPUTS = ("input_ids", "attention_mask")


class _Writer:
    """Nodes and constants in order of use; gives every value a name."""

    def __init__(self, onnx: Any) -> None:
        self._onnx = onnx
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._numbers: dict[str, str] = {}

    def op(self, kind: str, *inputs: str, domain: str = "", name: str = "", **attributes: Any) -> str:
        name = name or f"{kind}_{len(self.nodes)}"
        self.nodes.append(self._onnx.helper.make_node(kind, inputs, [name], name=f"node_{name}", domain=domain, **attributes))
        return name

    def split(self, value: str, parts: int) -> list[str]:
        names = [f"Split_{len(self.nodes)}_{part}" for part in range(parts)]
        self.nodes.append(
            self._onnx.helper.make_node("Split", [value], names, name=f"node_{names[0]}", axis=1, num_outputs=parts)
        )
        return names

    def constant(self, name: str, rows: NDArray[Any]) -> str:
        self.constants.append(self._onnx.numpy_helper.from_array(np.ascontiguousarray(rows).reshape(rows.shape), name))
        return name

    def halves(self, name: str, rows: NDArray[np.int8]) -> str:
        """4-bit numbers (-8 to 7), two a byte, the first in the low half."""
        data = ((rows[:, 0::2] & 15) | ((rows[:, 1::2] & 15) << 4)).astype(np.uint8).tobytes()
        self.constants.append(self._onnx.helper.make_tensor(name, self._onnx.TensorProto.INT4, rows.shape, data, raw=True))
        return name

    def integers(self, *values: int) -> str:
        name = "int_" + "_".join(str(value) for value in values)
        if name not in self._numbers:
            self._numbers[name] = self.constant(name, np.array(values, np.int64))
        return name

    def number(self, name: str, value: float) -> str:
        if name not in self._numbers:
            self._numbers[name] = self.constant(name, np.array(value, np.float32))
        return name

    def cast(self, value: str, kind: str) -> str:
        return self.op("Cast", value, to=getattr(self._onnx.TensorProto, kind))


class _Body:
    """The parts of the network. Between them texts and tokens are one dimension, ``[batch x seq, hidden]``."""

    def __init__(self, writer: _Writer, shape: Shape, state: State, *, quantised: bool) -> None:
        self._w, self._shape, self._state, self._quantised = writer, shape, state, quantised
        sizes = writer.op("Shape", "input_ids")
        self._apart = writer.op("Concat", sizes, writer.integers(shape.hidden), axis=0)
        self._flat = writer.integers(-1, shape.hidden)
        self._mask = writer.cast("attention_mask", "INT32")
        self._middle = writer.constant("middle", np.array(128, np.uint8)) if quantised else ""

    def embeddings(self) -> str:
        w = self._w
        positions = (
            self._state["embeddings.position_embeddings.weight"] + self._state["embeddings.token_type_embeddings.weight"][0]
        )
        longest = w.op(
            "Unsqueeze", w.op("Gather", w.op("Shape", "input_ids"), w.constant("second", np.array(1))), w.integers(0)
        )
        place = w.op("Slice", w.constant("positions", positions), w.integers(0), longest, w.integers(0))
        summed = w.op("Reshape", w.op("Add", self._words(), place), self._flat)
        norm = self._vectors("embeddings.LayerNorm")
        return w.op("LayerNormalization", summed, *norm, axis=-1, epsilon=self._shape.eps)

    def layer(self, hidden: str, at: str) -> str:
        w, heads = self._w, self._shape.heads
        attention = [f"{at}.attention.self.{part}" for part in ("query", "key", "value")]
        rows, bias = self._linear(hidden, attention)
        apart = [w.op("Reshape", part, self._apart) for part in w.split(w.op("Add", rows, bias), 3)]
        mixed = w.op("MultiHeadAttention", *apart, "", self._mask, domain=_MS, num_heads=heads)
        rows, bias = self._linear(w.op("Reshape", mixed, self._flat), [f"{at}.attention.output.dense"])
        hidden = self._added(rows, hidden, f"{at}.attention.output.LayerNorm", bias)
        rows, bias = self._linear(hidden, [f"{at}.intermediate.dense"])
        inner = w.op("BiasGelu", rows, bias, domain=_MS)
        rows, bias = self._linear(inner, [f"{at}.output.dense"])
        return self._added(rows, hidden, f"{at}.output.LayerNorm", bias)

    def pooled(self, hidden: str) -> None:
        w = self._w
        mask = w.op("Unsqueeze", w.cast("attention_mask", "FLOAT"), w.integers(2))
        masked = w.op("Mul", w.op("Reshape", hidden, self._apart), mask)
        # The mean has the sum's direction, and only that is left of it.
        summed = w.op("ReduceSum", masked, w.integers(1), keepdims=0)
        w.op("LpNormalization", summed, name="embedding", axis=-1, p=2)

    def _words(self) -> str:
        w, table = self._w, self._state["embeddings.word_embeddings.weight"]
        if not self._quantised:
            return w.op("Gather", w.constant("words", table), "input_ids")
        blocks = four_bit_blocks(table)
        if blocks is not None:
            names = w.halves("words", blocks[0]), "input_ids", w.constant("words_scale", blocks[1])
            return w.op("GatherBlockQuantized", *names, domain=_MS, gather_axis=0, quantize_axis=1, block_size=_BLOCK)
        scale = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-9) / 127
        words = w.constant("words", np.round(table / scale).astype(np.int8))
        picked = w.cast(w.op("Gather", words, "input_ids"), "FLOAT")
        return w.op("Mul", picked, w.op("Gather", w.constant("words_scale", scale.astype(np.float32)), "input_ids"))

    def _linear(self, value: str, names: Sequence[str]) -> tuple[str, str]:
        """The product with the weights of ``names`` side by side, without their bias, and the bias."""
        w, key = self._w, names[0]
        matrix = np.concatenate([self._state[f"{name}.weight"] for name in names]).T
        bias = w.constant(f"{key}.bias", np.concatenate([self._state[f"{name}.bias"] for name in names]))
        if not self._quantised:
            return w.op("MatMul", value, w.constant(f"{key}.weight", matrix)), bias
        scale = np.maximum(np.abs(matrix).max(axis=0), 1e-9) / _TOP
        weight = w.constant(f"{key}.weight", np.round(matrix / scale).astype(np.int8))
        largest = w.op("ReduceMax", w.op("Abs", value), w.integers(1), keepdims=1)
        row = w.op("Mul", w.op("Max", largest, w.number("tiny", 1e-9)), w.number("one_127th", 1 / 127))
        # Unsigned around 128: for signed times signed ONNX Runtime has no fast product on most processors (an eighth).
        rounded = w.op("QuantizeLinear", w.op("Div", value, row), w.number("one", 1.0), self._middle)
        columns = w.constant(f"{key}.scale", scale.astype(np.float32))
        product = w.op("MatMulIntegerToFloat", rounded, weight, w.number("one", 1.0), columns, self._middle, domain=_MS)
        return w.op("Mul", product, row), bias

    def _added(self, rows: str, hidden: str, norm: str, bias: str) -> str:
        return self._w.op(
            "SkipLayerNormalization", rows, hidden, *self._vectors(norm), bias, domain=_MS, epsilon=self._shape.eps
        )

    def _vectors(self, name: str) -> list[str]:
        return [self._w.constant(f"{name}.{part}", self._state[f"{name}.{part}"]) for part in ("weight", "bias")]


def four_bit_blocks(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]] | None:
    """A table as 4-bit numbers and a scale for 32 of them, where it can be given so without any loss; else None.

    Tables that come from Q4_0 blocks can: the largest number of a block is its scale times -8.
    """
    if table.shape[1] % _BLOCK:
        return None
    blocks = table.reshape(len(table), -1, _BLOCK)
    largest = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=2)[..., None], axis=2)
    scale = largest / np.float32(-8)
    numbers = np.clip(np.round(np.divide(blocks, scale, out=np.zeros_like(blocks), where=scale != 0)), -8, 7)
    if not np.array_equal(numbers * scale, blocks):
        return None
    return numbers.astype(np.int8).reshape(table.shape), scale[..., 0]
