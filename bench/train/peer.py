"""PyTorch's side of bench/train: whole training steps of MobileNetV2 in eager mode, channels_last, as a person would write them.

Made for torch 2.13.0. Arguments: resolution, batch, threads, device (cpu or cuda), autocast dtype (float32, bfloat16, float16).
Every line on the standard input is a number of steps; the answer is a line of JSON.
"""
import json
import resource
import sys
import time

import torch
from torch import nn

STAGES = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
CLASSES = 10


def block(inputs, outputs, kernel, stride=1, groups=1):
    return [nn.Conv2d(inputs, outputs, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs), nn.ReLU6(inplace=True)]


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        hidden = inputs * expansion
        expand = block(inputs, hidden, 1) if expansion != 1 else []
        self.body = nn.Sequential(*expand, *block(hidden, hidden, 3, stride, hidden), nn.Conv2d(hidden, outputs, 1, bias=False), nn.BatchNorm2d(outputs))
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.body(x) if self.residual else self.body(x)


def mobilenet_v2():
    layers, channels = block(3, 32, 3, 2), 32
    for expansion, outputs, count, stride in STAGES:
        for index in range(count):
            layers.append(InvertedResidual(channels, outputs, stride if index == 0 else 1, expansion))
            channels = outputs
    return nn.Sequential(*layers, *block(channels, 1280, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, CLASSES))


def main():
    resolution, batch, threads = map(int, sys.argv[1:4])
    device, dtype = sys.argv[4], getattr(torch, sys.argv[5])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model = mobilenet_v2().to(device, memory_format=torch.channels_last).train()
    decayed = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() == 1]
    optimizer = torch.optim.SGD([{"params": decayed, "weight_decay": 5e-4}, {"params": others}], lr=0.01, momentum=0.9, nesterov=True)
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.1)
    scaler = torch.amp.GradScaler(device, enabled=dtype == torch.float16)
    bytes_ = torch.randint(0, 256, (batch, resolution, resolution, 3), dtype=torch.uint8)
    labels = torch.randint(0, CLASSES, (batch,))

    def step():
        images = bytes_.to(device, non_blocking=True).permute(0, 3, 1, 2).float().div_(255).sub_(0.5).div_(0.25)
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device, dtype, enabled=dtype != torch.float32):
            loss = loss_of(model(images), labels.to(device))
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        return loss

    name = torch.cuda.get_device_name() if device == "cuda" else f"CPU ({torch.get_num_threads()} threads)"
    print(json.dumps({"version": f"PyTorch {torch.__version__}", "device": name}), flush=True)
    for line in sys.stdin:
        started = time.perf_counter()
        for _ in range(int(line)):
            loss = step()
        value = loss.item()
        seconds = time.perf_counter() - started
        print(json.dumps({"seconds": seconds, "loss": value, "peakMemoryBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}), flush=True)


main()
