"""Golden gradients of the training kernels, by PyTorch's autograd in double precision.

Made with torch 2.13.0:  python test/golden/scripts/kernels.py > test/golden/kernels.json
The operands are made here and in test/golden/kernels.test.ts by the same 32-bit congruential generator; layouts are NHWC and HWIO.
"""
import json
import sys

import torch
import torch.nn.functional as F

assert torch.__version__.startswith("2.13.0"), torch.__version__

CONVOLUTIONS = [
    {"name": "3x3, stride 1", "x": [2, 5, 7, 3], "kernel": [3, 3], "out": 4, "strides": [1, 1], "pads": [1, 1, 1, 1]},
    {"name": "3x3, stride 2, asymmetric pads, odd size", "x": [3, 7, 9, 5], "kernel": [3, 3], "out": 6, "strides": [2, 2], "pads": [0, 1, 2, 1]},
    {"name": "5x3, strides 2 and 1, wide map", "x": [1, 9, 11, 9], "kernel": [5, 3], "out": 10, "strides": [2, 1], "pads": [2, 0, 1, 2]},
    {"name": "3x3 on one pixel", "x": [6, 1, 1, 4], "kernel": [3, 3], "out": 5, "strides": [2, 2], "pads": [1, 1, 1, 1]},
]
DEPTHWISE = [
    {"name": "3x3, stride 1, 17 channels", "x": [2, 4, 9, 17], "kernel": [3, 3], "strides": [1, 1], "pads": [1, 1, 1, 1]},
    {"name": "3x3, stride 2, asymmetric pads, 6 channels", "x": [3, 7, 6, 6], "kernel": [3, 3], "strides": [2, 2], "pads": [0, 1, 1, 0]},
    {"name": "5x5, stride 2, 20 channels", "x": [1, 9, 17, 20], "kernel": [5, 5], "strides": [2, 2], "pads": [2, 2, 2, 2]},
    {"name": "3x3 on one pixel", "x": [5, 1, 1, 7], "kernel": [3, 3], "strides": [1, 1], "pads": [1, 1, 1, 1]},
]
BATCH_NORMS = [
    {"shape": [3, 5, 3, 7], "activation": "none"},
    {"shape": [2, 7, 5, 18], "activation": "relu6"},
    {"shape": [9, 5], "activation": "relu"},
]
EPSILON = 1e-5


def uniforms(seed, shape):
    count = 1
    for size in shape:
        count *= size
    values = torch.empty(count, dtype=torch.float64)
    state = seed
    for index in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        values[index] = state / 2**31 - 1
    # The operands of the tested kernels are float32.
    return values.float().double().reshape(shape)


def numbers(tensor):
    return [float(f"{value:.7g}") for value in tensor.detach().reshape(-1).tolist()]


def leaf(seed, shape, scale=1.0):
    return (uniforms(seed, shape) * scale).requires_grad_()


def convolution(case, depthwise):
    top, left, bottom, right = case["pads"]
    channels = case["x"][3]
    x = leaf(1, case["x"])
    w = leaf(2, [*case["kernel"], channels, 1 if depthwise else case["out"]])
    weight = w.permute(2, 3, 0, 1) if depthwise else w.permute(3, 2, 0, 1)
    padded = F.pad(x.permute(0, 3, 1, 2), (left, right, top, bottom))
    y = F.conv2d(padded, weight, stride=case["strides"], groups=channels if depthwise else 1).permute(0, 2, 3, 1)
    dx, dw = torch.autograd.grad(y, [x, w], uniforms(3, list(y.shape)))
    return {**case, "yShape": list(y.shape), "y": numbers(y), "dx": numbers(dx), "dw": numbers(dw)}


def batch_norm(case):
    shape, channels = case["shape"], case["shape"][-1]
    x, scale, shift = leaf(1, shape, 3.0), leaf(2, [channels], 4.0), leaf(3, [channels], 4.0)
    rows = x.reshape(-1, channels)
    y = F.batch_norm(rows, None, None, scale, shift, training=True, eps=EPSILON)
    y = {"none": lambda v: v, "relu": F.relu, "relu6": F.relu6}[case["activation"]](y).reshape(shape)
    dx, d_scale, d_shift = torch.autograd.grad(y, [x, scale, shift], uniforms(4, shape))
    return {**case, "y": numbers(y), "mean": numbers(rows.mean(0)), "variance": numbers(rows.var(0, unbiased=False)),
            "dx": numbers(dx), "dScale": numbers(d_scale), "dShift": numbers(d_shift)}


def cross_entropy():
    logits = leaf(1, [5, 7], 8.0)
    labels = uniforms(2, [5, 7]).abs().float().double()
    labels = (labels / labels.sum(1, keepdim=True)).float().double()
    loss = -(labels * F.log_softmax(logits, 1)).sum(1)
    (gradient,) = torch.autograd.grad(loss.sum(), [logits])
    return {"shape": [5, 7], "labels": numbers(labels), "loss": numbers(loss), "gradient": numbers(gradient)}


def max_pool():
    x = leaf(1, [2, 9, 7, 5])
    y = F.max_pool2d(x.permute(0, 3, 1, 2), [3, 2], stride=2).permute(0, 2, 3, 1)
    (dx,) = torch.autograd.grad(y, [x], uniforms(3, list(y.shape)))
    return {"x": [2, 9, 7, 5], "kernel": [3, 2], "strides": [2, 2], "yShape": list(y.shape), "y": numbers(y), "dx": numbers(dx)}


json.dump({
    "convolutions": [convolution(case, False) for case in CONVOLUTIONS],
    "depthwise": [convolution(case, True) for case in DEPTHWISE],
    "batchNorms": [batch_norm(case) for case in BATCH_NORMS],
    "crossEntropy": cross_entropy(),
    "maxPool": max_pool(),
}, sys.stdout)
sys.stdout.write("\n")
