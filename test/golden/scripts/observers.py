"""Golden ranges of torch.ao's observers and onnxruntime's calibrators.

Made with torch 2.13.0, onnxruntime 1.32.0, numpy 2.4.6:  python test/golden/scripts/observers.py > test/golden/observers.json
The data are made here and in test/golden/observers.test.ts by the same 32-bit congruential generator.
"""
import json
import sys

import numpy as np
import torch
from onnxruntime.quantization.calibrate import HistogramCollector
from onnxruntime.quantization.quant_utils import compute_scale_zp
from torch.ao.quantization import HistogramObserver, MinMaxObserver, MovingAverageMinMaxObserver

BATCHES, SIZE = 3, 8192


def uniforms(seed, count):
    values = np.empty(count)
    state = seed
    for index in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        values[index] = state / 2**32
    return values


def normal(seed, count):
    return uniforms(seed, 4 * count).reshape(count, 4).sum(1) - 2


def batches(name):
    for batch in range(BATCHES):
        seed = 1000 + batch
        if name == "normal":
            values = normal(seed, SIZE) * (1 + 0.25 * batch)
        elif name == "relu6":
            values = np.minimum(6, np.maximum(0, 4 * normal(seed, SIZE)))
        elif name == "heavy-tail":
            values = normal(seed, SIZE) ** 3
        elif name == "without-zero":
            values = uniforms(seed, SIZE) * 3 + 2
        yield values.astype(np.float32)


def torch_ranges(name):
    observers = {
        "min-max": MinMaxObserver(dtype=torch.quint8),
        "moving-average-min-max": MovingAverageMinMaxObserver(dtype=torch.quint8),
        "histogram": HistogramObserver(dtype=torch.quint8),
    }
    result = {}
    for id, observer in observers.items():
        for values in batches(name):
            observer(torch.from_numpy(values))
        low, high = observer._non_linear_param_search() if id == "histogram" else (observer.min_val, observer.max_val)
        scale, zero_point = observer.calculate_qparams()
        result[id] = {"min": float(low), "max": float(high), "scale": float(scale), "zeroPoint": int(zero_point)}
    return result


def onnxruntime_ranges(name):
    result = {}
    for id, method, quantized in (("percentile", "percentile", 128), ("entropy", "entropy", 128)):
        collector = HistogramCollector(method, False, 2048, quantized, 99.9, None)
        for values in batches(name):
            collector.collect({"x": [values]})
        low, high = collector.compute_collection_result()["x"][:2]
        result[id] = {"min": float(low), "max": float(high)}
    return result


def main():
    golden = {}
    sys.stdout, stdout = sys.stderr, sys.stdout
    for name in ("normal", "relu6", "heavy-tail", "without-zero"):
        golden[name] = {**torch_ranges(name), **onnxruntime_ranges(name)}
        low, high = golden[name]["min-max"]["min"], golden[name]["min-max"]["max"]
        zero_point, scale = compute_scale_zp(np.float32(low), np.float32(high), np.uint8(0), np.uint8(255))
        golden[name]["onnxruntime-min-max"] = {"min": low, "max": high, "scale": float(scale), "zeroPoint": int(zero_point)}
    sys.stdout = stdout
    print(json.dumps(golden, indent=1))


main()
