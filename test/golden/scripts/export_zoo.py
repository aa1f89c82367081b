"""Exports image classifiers with random, seeded weights to ONNX, by both exporters of PyTorch, for test/golden/onnxZoo.test.ts.

Usage: python export_zoo.py FOLDER [MODEL ...]
Made with Python 3.11, torch 2.14.1, torchvision 0.29.1, onnx 1.23.2, onnxruntime 1.32.0. Seed: 20240501 for weights and images.
FOLDER gets one .onnx file a case (with .onnx.data beside it where weights are external), and zoo.json with the expected logits
computed by onnxruntime on the file as exported. About 1.2 GB, half an hour on two cores.
"""
import json
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
import torchvision.models as tv
from torch import nn
from torchvision.models.vgg import VGG, cfgs, make_layers

SEED = 20240501
CLASSES = 10
SIZE = 64
BATCH = 2


def mobilenet_v1():
    def block(inner, out, stride):
        return nn.Sequential(
            nn.Conv2d(inner, inner, 3, stride, 1, groups=inner, bias=False), nn.BatchNorm2d(inner), nn.ReLU6(),
            nn.Conv2d(inner, out, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU6())
    plan = [(32, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1), (256, 512, 2)]
    plan += [(512, 512, 1)] * 5 + [(512, 1024, 2), (1024, 1024, 1)]
    stem = [nn.Conv2d(3, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU6()]
    return nn.Sequential(*stem, *[block(*step) for step in plan], nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1024, CLASSES))


def vgg11():
    model = VGG(make_layers(cfgs['A'], batch_norm=False), num_classes=CLASSES)
    model.avgpool = nn.Identity()  # 7×7 does not divide 2×2
    model.classifier[0] = nn.Linear(512 * 2 * 2, 256)
    model.classifier[3] = nn.Linear(256, 256)
    model.classifier[6] = nn.Linear(256, CLASSES)
    return model


def efficientnet_lite():
    """EfficientNet-Lite's changes: no squeeze-and-excitation, ReLU6 for Swish."""
    model = tv.efficientnet_b0(num_classes=CLASSES)

    def change(module):
        for name, child in module.named_children():
            if isinstance(child, nn.SiLU):
                setattr(module, name, nn.ReLU6())
            elif type(child).__name__ == 'SqueezeExcitation':
                setattr(module, name, nn.Identity())
            else:
                change(child)
    change(model)
    return model


MODELS = {
    'mobilenet_v1': mobilenet_v1,
    'mobilenet_v2': lambda: tv.mobilenet_v2(num_classes=CLASSES),
    'mobilenet_v3_small': lambda: tv.mobilenet_v3_small(num_classes=CLASSES),
    'mobilenet_v3_large': lambda: tv.mobilenet_v3_large(num_classes=CLASSES),
    'resnet18': lambda: tv.resnet18(num_classes=CLASSES),
    'resnext50_32x4d': lambda: tv.resnext50_32x4d(num_classes=CLASSES),
    'vgg11': vgg11,
    'googlenet': lambda: tv.googlenet(num_classes=CLASSES, aux_logits=False, transform_input=True, init_weights=False),
    'squeezenet1_1': lambda: tv.squeezenet1_1(num_classes=CLASSES),
    'densenet121': lambda: tv.densenet121(num_classes=CLASSES),
    'efficientnet_b0': lambda: tv.efficientnet_b0(num_classes=CLASSES),
    'efficientnet_lite': efficientnet_lite,
    'shufflenet_v2_x1_0': lambda: tv.shufflenet_v2_x1_0(num_classes=CLASSES),
    'mnasnet1_0': lambda: tv.mnasnet1_0(num_classes=CLASSES),
    'regnet_y_400mf': lambda: tv.regnet_y_400mf(num_classes=CLASSES),
}

# The second TorchScript opset of each model; all have 17 as well.
OLD_OPSETS = [9, 10, 11, 12, 13, 14, 15, 16]
HALF = ['mobilenet_v2', 'resnet18', 'mobilenet_v3_small']
FIXED_BATCH = ['mobilenet_v2', 'shufflenet_v2_x1_0', 'squeezenet1_1']


def build(name):
    torch.manual_seed(SEED)
    model = MODELS[name]()
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:
        nn.init.uniform_(norm.weight, 0.5, 1.5)
        nn.init.normal_(norm.bias, 0, 0.2)
        norm.momentum = None  # the running statistics become those of the batches below
    model.train()
    with torch.no_grad():
        for _ in range(2):
            model(torch.randn(8, 3, SIZE, SIZE))
    return model.eval()


def export_script(model, path, opset, dynamic):
    torch.onnx.export(model, (torch.randn(BATCH, 3, SIZE, SIZE, dtype=next(model.parameters()).dtype),), str(path), dynamo=False, opset_version=opset,
                      input_names=['input'], output_names=['logits'],
                      dynamic_axes={'input': {0: 'batch'}, 'logits': {0: 'batch'}} if dynamic else None)


def export_dynamo(model, path, dynamic, external, opset):
    program = torch.onnx.export(model, (torch.randn(BATCH, 3, SIZE, SIZE, dtype=next(model.parameters()).dtype),), dynamo=True, opset_version=opset, verbose=False,
                                dynamic_shapes=({0: torch.export.Dim('batch')},) if dynamic else None)
    program.save(str(path), external_data=external)


def logits_of(path, images):
    session = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])
    dtype = np.float16 if 'float16' in session.get_inputs()[0].type else np.float32
    return session.run(None, {session.get_inputs()[0].name: images.astype(dtype)})[0].astype(np.float32)


def cases(index, name):
    yield 'ts17', lambda model, path: export_script(model, path, 17, True), 17
    old = OLD_OPSETS[index % len(OLD_OPSETS)]
    yield f'ts{old}', lambda model, path: export_script(model, path, old, True), old
    yield 'dynamo18', lambda model, path: export_dynamo(model, path, True, False, 18), 18
    if index % 3 == 0:
        yield 'dynamo20-external', lambda model, path: export_dynamo(model, path, True, True, 20), 20
    if name in FIXED_BATCH:
        yield 'ts13-fixed', lambda model, path: export_script(model, path, 13, False), 13
        yield 'dynamo18-fixed', lambda model, path: export_dynamo(model, path, False, False, 18), 18
    if name in HALF:
        yield 'ts17-half', lambda model, path: export_script(model.half(), path, 17, True), 17


def main(folder, chosen):
    folder.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(SEED)
    images = torch.randn(BATCH, 3, SIZE, SIZE, generator=generator).numpy()
    images.tofile(folder / 'images.f32')
    listing = folder / 'zoo.json'
    known = json.loads(listing.read_text())['cases'] if listing.exists() else []
    entries = {entry['file']: entry for entry in known}
    for index, name in enumerate(MODELS):
        if chosen and name not in chosen:
            continue
        for label, export, opset in cases(index, name):
            path = folder / f'{name}-{label}.onnx'
            started = time.time()
            try:
                export(build(name), path)
                logits = logits_of(path, images)
            except Exception as error:  # an exporter that cannot export is no fault of the reader
                print(f'{path.name}: {type(error).__name__}: {str(error)[:300]}', flush=True)
                continue
            proto = onnx.load(str(path), load_external_data=False)
            entries[path.name] = {'file': path.name, 'opset': proto.opset_import[0].version, 'half': label.endswith('half'), 'logits': logits.flatten().tolist(),
                                  'functions': len(proto.functions), 'operators': sorted({node.op_type for node in proto.graph.node})}
            print(f'{path.name}: opset {proto.opset_import[0].version} (asked {opset}), largest logit {np.abs(logits).max():.3g}, {time.time() - started:.1f} s', flush=True)
        listing.write_text(json.dumps({'torch': torch.__version__, 'shape': [BATCH, 3, SIZE, SIZE], 'classes': CLASSES, 'cases': list(entries.values())}))


if __name__ == '__main__':
    main(Path(sys.argv[1]), sys.argv[2:])
