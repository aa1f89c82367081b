"""Golden values and gradients of fakeQuant, fixed and with a learned scale, by PyTorch.

Made with torch 2.13.0:  python test/golden/scripts/fake-quant.py > test/golden/fake-quant.json
The operands are made here and in test/golden/fakeQuant.test.ts by the same 32-bit congruential generator.
"""
import json
import math
import sys

import torch

assert torch.__version__.startswith("2.13.0"), torch.__version__

CASES = [
    {"name": "activations, uint8", "shape": [2, 5, 3, 7], "qmin": 0, "qmax": 255, "scale": [0.0131], "zeroPoint": [90]},
    {"name": "activations behind a ReLU6", "shape": [3, 4, 4, 6], "qmin": 0, "qmax": 255, "scale": [0.0079], "zeroPoint": [0]},
    {"name": "weights, one scale a channel", "shape": [3, 3, 4, 5], "qmin": -127, "qmax": 127, "scale": [0.01, 0.021, 0.013, 0.05, 0.0171], "zeroPoint": [0] * 5},
    {"name": "depthwise weights, two a channel", "shape": [3, 3, 3, 2], "qmin": -64, "qmax": 64, "scale": [0.05, 0.011, 0.031, 0.02, 0.07, 0.0171], "zeroPoint": [0] * 6},
]


def uniforms(seed, shape, scale=1.0):
    state, values = seed, []
    for _ in range(math.prod(shape)):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append(state / 2**31 - 1)
    return (torch.tensor(values, dtype=torch.float32) * scale).reshape(shape)


def run(case, learned):
    channels = len(case["scale"])
    x = uniforms(1, case["shape"], 3.0)
    rows = x.reshape(-1, channels).clone().requires_grad_()
    scale = torch.tensor(case["scale"], dtype=torch.float32, requires_grad=True)
    zero = torch.tensor(case["zeroPoint"], dtype=torch.float32)
    bounds = (case["qmin"], case["qmax"])
    if learned:
        factor = 1 / math.sqrt(rows.numel() / channels * case["qmax"])
        if channels > 1:
            y = torch._fake_quantize_learnable_per_channel_affine(rows, scale, zero, 1, *bounds, factor)
        else:
            y = torch._fake_quantize_learnable_per_tensor_affine(rows, scale, zero, *bounds, factor)
    elif channels > 1:
        y = torch.fake_quantize_per_channel_affine(rows, scale.detach(), zero.int(), 1, *bounds)
    else:
        y = torch.fake_quantize_per_tensor_affine(rows, case["scale"][0], case["zeroPoint"][0], *bounds)
    y.backward(uniforms(2, case["shape"]).reshape(-1, channels))
    result = {"y": y.flatten().tolist(), "dx": rows.grad.flatten().tolist()}
    # By the logarithm of the scale, which is what is learned here.
    return {**result, "dLogScale": (scale.grad * scale.detach()).tolist()} if learned else result


json.dump({"cases": [{**case, "fixed": run(case, False), "learned": run(case, True)} for case in CASES]}, sys.stdout)
