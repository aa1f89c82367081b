"""Golden updates of torch.optim, learning rates of torch.optim.lr_scheduler, and a short training of the tiny CNN, in double precision.

Made with torch 2.13.0:  python test/golden/scripts/train.py > test/golden/train.json
The operands are made here and in test/golden/train.test.ts by the same 32-bit congruential generator; seeds are below.
"""
import json
import sys

import numpy as np
import torch
from torch import nn

torch.set_default_dtype(torch.float64)

SIZE, UPDATES = 24, 12
DECAY = 0.05
STEPS = 50


def uniforms(seed, shape, scale=1.0):
    count = int(np.prod(shape))
    values, state = np.empty(count, np.float32), seed
    for index in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        values[index] = state / 2**31 - 1
    return torch.from_numpy(values.astype(np.float64) * scale).reshape(shape)


def rounded(tensor, digits=9):
    return [float(f"{value:.{digits}g}") for value in tensor.detach().reshape(-1).tolist()]


OPTIMIZERS = [
    ("sgd", {"momentum": 0, "nesterov": False}, lambda groups: torch.optim.SGD(groups, momentum=0)),
    ("sgd", {"momentum": 0.9, "nesterov": False}, lambda groups: torch.optim.SGD(groups, momentum=0.9)),
    ("sgd", {"momentum": 0.9, "nesterov": True}, lambda groups: torch.optim.SGD(groups, momentum=0.9, nesterov=True)),
    ("adam", {}, lambda groups: torch.optim.Adam(groups)),
    ("adam", {"beta1": 0.8, "beta2": 0.99, "epsilon": 1e-3}, lambda groups: torch.optim.Adam(groups, betas=(0.8, 0.99), eps=1e-3)),
    ("adamw", {}, lambda groups: torch.optim.AdamW(groups)),
    ("adamw", {"beta1": 0.8, "beta2": 0.99, "epsilon": 1e-3}, lambda groups: torch.optim.AdamW(groups, betas=(0.8, 0.99), eps=1e-3)),
]


def optimizer_case(name, params, create):
    """The first half of the vector decays, the second does not; the rate changes with every update."""
    start = uniforms(1, [SIZE])
    halves = [nn.Parameter(half.clone()) for half in start.split(SIZE // 2)]
    optimizer = create([{"params": [halves[0]], "weight_decay": DECAY, "lr": 0.1}, {"params": [halves[1]], "weight_decay": 0, "lr": 0.1}])
    for update in range(UPDATES):
        for group in optimizer.param_groups:
            group["lr"] = 0.1 / (1 + update)
        noise = uniforms(100 + update, [SIZE]).split(SIZE // 2)
        for half, part in zip(halves, noise):
            half.grad = part + half.detach() / 2
        optimizer.step()
    return {"optimizer": name, "params": params, "parameters": rounded(torch.cat(halves))}


def rates(create):
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = create(optimizer)
    result = []
    for _ in range(STEPS):
        result.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return [float(f"{rate:.9g}") for rate in result]


def schedule_cases():
    schedulers = torch.optim.lr_scheduler
    one_cycle = lambda optimizer: schedulers.OneCycleLR(optimizer, 1.0, total_steps=STEPS + 1, pct_start=0.3, div_factor=25, final_div_factor=100, cycle_momentum=False)
    return [
        {"schedule": "cosine", "params": {"final": 0.1}, "rates": rates(lambda optimizer: schedulers.CosineAnnealingLR(optimizer, STEPS, 0.1))},
        {"schedule": "step", "params": {"milestones": [0.5, 0.8], "gamma": 0.2}, "rates": rates(lambda optimizer: schedulers.MultiStepLR(optimizer, [25, 40], 0.2))},
        {"schedule": "one-cycle", "params": {"rise": 0.3, "initial": 0.04, "final": 0.0004}, "rates": rates(one_cycle)},
    ]


class TinyCnn(nn.Module):
    def __init__(self, classes, channels):
        super().__init__()
        layer = lambda i, o, stride, groups=1: nn.ModuleDict({"conv": nn.Conv2d(i, o, 3, stride, 1, groups=groups, bias=False), "norm": nn.BatchNorm2d(o)})
        self.stem, self.depthwise, self.wide = layer(3, channels, 2), layer(channels, channels, 1, channels), layer(channels, 2 * channels, 2)
        self.classifier = nn.Linear(2 * channels, classes)

    def forward(self, x):
        for part in (self.stem, self.depthwise, self.wide):
            x = part["norm"](part["conv"](x)).relu()
        return self.classifier(x.mean((2, 3)))


def training_case():
    """Five steps of SGD with decay on weights only and label smoothing, on 8×8 images, batch 6."""
    model = TinyCnn(3, 2)
    parameters = dict(model.named_parameters())
    for seed, (name, parameter) in enumerate(sorted(parameters.items())):
        parameter.data = uniforms(seed + 1, list(parameter.shape)) + (1 if name.endswith("norm.weight") else 0)
    is_weight = lambda name: name.endswith("conv.weight") or name == "classifier.weight"
    groups = [{"params": [p for n, p in parameters.items() if is_weight(n) == weight], "weight_decay": DECAY if weight else 0} for weight in (True, False)]
    optimizer = torch.optim.SGD(groups, lr=0.05, momentum=0.9, nesterov=True)
    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
    losses = []
    for step in range(5):
        images = ((uniforms(200 + step, [6, 8, 8, 3]) + 1) * 127.5).floor()
        labels = torch.arange(6) % 3
        x = ((images / 255 - 0.5) / 0.25).permute(0, 3, 1, 2)
        optimizer.zero_grad()
        loss = criterion(model(x), labels)
        loss.backward()
        optimizer.step()
        losses.append(float(f"{loss.item():.9g}"))
    state = {name: rounded(tensor) for name, tensor in sorted(model.state_dict().items()) if not name.endswith("num_batches_tracked")}
    return {"losses": losses, "state": state}


json.dump({"optimizers": [optimizer_case(*case) for case in OPTIMIZERS], "schedules": schedule_cases(), "training": training_case()}, sys.stdout)
