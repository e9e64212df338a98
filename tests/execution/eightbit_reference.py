"""TensorFlow's own quantized operators on random operands; run in a process of its own.

Writes an .npz: for every case the operands and what TensorFlow makes of them. Without oneDNN, which
quantizes MIN_FIRST with the thresholds of MIN_COMBINED.
"""

from __future__ import annotations

import os
import sys

os.environ |= {
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
}


def main(path: str) -> None:
    import numpy as np
    import tensorflow as tf

    ops = tf.raw_ops
    random = np.random.default_rng(0)
    found: dict[str, np.ndarray] = {}
    integers = {tf.quint8: tf.uint8, tf.qint32: tf.int32}

    def plain(tensor):
        wanted = integers.get(tensor.dtype)
        return (tensor if wanted is None else tf.bitcast(tensor, wanted)).numpy()

    def keep(name, *tensors):
        for i, tensor in enumerate(tensors):
            found[f"{name}/{i}"] = plain(tensor) if tf.is_tensor(tensor) else np.asarray(tensor)

    def codes(x, mode="MIN_FIRST"):
        x = x.astype(np.float32)
        ends = {"min_range": x.min(), "max_range": x.max()}
        return ops.QuantizeV2(input=x, T=tf.quint8, mode=mode, **ends)

    for i, (scale, shift) in enumerate(
        [(1, 0), (30, 10), (0.001, 0), (1, 5), (1, -5), (0, 0), (0, 3), (0, -3), (1e5, 0)]
    ):
        x = (random.normal(size=4000) * scale + shift).astype(np.float32)
        for mode in ("MIN_FIRST", "MIN_COMBINED"):
            q = codes(x, mode)
            back = ops.Dequantize(input=q[0], min_range=q[1], max_range=q[2], mode=mode)
            keep(f"quantize/{mode}/{i}", x, *q, back)
    for i in range(6):
        scale = 10.0 ** random.uniform(-2, 2)
        shift = float(random.normal())
        x = codes(random.normal(size=(1, 9, 8, 5)) * scale + (shift if i % 2 else 0))
        y = codes(random.normal(size=(1, 9, 8, 5)) * 3 + i)
        w = codes(random.normal(size=(3, 2, 5, 7)) * 0.2)
        bias = codes(random.normal(size=5) * scale)
        padding, stride = ("SAME", 1) if i % 2 else ("VALID", 2)
        keep(f"x/{i}", *x)
        keep(f"y/{i}", *y)
        keep(f"w/{i}", *w)
        keep(f"bias/{i}", *bias)
        ends = {"min_input": x[1], "max_input": x[2]}
        conv = ops.QuantizedConv2D(
            input=x[0],
            filter=w[0],
            **ends,
            min_filter=w[1],
            max_filter=w[2],
            out_type=tf.qint32,
            strides=[1, stride, stride, 1],
            padding=padding,
        )
        keep(f"conv/{i}", *conv)
        wanted = ops.RequantizationRange(input=conv[0], input_min=conv[1], input_max=conv[2])
        keep(f"range/{i}", *wanted)
        keep(
            f"requantize/{i}",
            *ops.Requantize(
                input=conv[0],
                input_min=conv[1],
                input_max=conv[2],
                requested_output_min=wanted[0],
                requested_output_max=wanted[1],
                out_type=tf.quint8,
            ),
        )
        keep(
            f"bias_add/{i}",
            *ops.QuantizedBiasAdd(
                input=x[0],
                bias=bias[0],
                **ends,
                min_bias=bias[1],
                max_bias=bias[2],
                out_type=tf.qint32,
            ),
        )
        both = {"min_x": x[1], "max_x": x[2], "min_y": y[1], "max_y": y[2]}
        keep(f"add/{i}", *ops.QuantizedAdd(x=x[0], y=y[0], **both, Toutput=tf.qint32))
        keep(f"mul/{i}", *ops.QuantizedMul(x=x[0], y=y[0], **both, Toutput=tf.qint32))
        features = {"features": x[0], "min_features": x[1], "max_features": x[2]}
        keep(f"relu/{i}", *ops.QuantizedRelu(**features, out_type=tf.quint8))
        keep(f"relu6/{i}", *ops.QuantizedRelu6(**features, out_type=tf.quint8))
        window = {"ksize": [1, 3, 2, 1], "strides": [1, stride, 2, 1], "padding": padding}
        keep(f"max_pool/{i}", *ops.QuantizedMaxPool(input=x[0], **ends, **window))
        keep(f"average_pool/{i}", *ops.QuantizedAvgPool(input=x[0], **ends, **window))
        keep(
            f"concat/{i}",
            *ops.QuantizedConcat(
                concat_dim=3,
                values=[x[0], y[0]],
                input_mins=[x[1], y[1]],
                input_maxes=[x[2], y[2]],
            ),
        )
        rows = tf.bitcast(tf.reshape(tf.bitcast(x[0], tf.uint8), (72, 5)), tf.quint8)
        matrix = tf.bitcast(tf.reshape(tf.bitcast(w[0], tf.uint8)[0, 0], (5, 7)), tf.quint8)
        keep(
            f"matmul/{i}",
            *ops.QuantizedMatMul(
                a=rows,
                b=matrix,
                min_a=x[1],
                max_a=x[2],
                min_b=w[1],
                max_b=w[2],
                Toutput=tf.qint32,
            ),
        )
    np.savez(path, **found)


if __name__ == "__main__":
    main(sys.argv[1])
